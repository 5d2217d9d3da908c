"""Writes the parts that a plan adds."""

from domain.editing.review import NewPart, NewParts, Operation
from domain.framework import ConceptDraft, ModuleDraft, StageDraft
from nodes.authors.offline_texts.frameworks import write_concept, write_module, write_stage
from nodes.authors.offline_texts.library import TOPICS, terms_for, wording_for
from nodes.authors.offline_texts.selection import unique
from nodes.authors.offline_texts.shape import Wording
from nodes.authors.offline_texts.topics import find_topics, terms_of
from nodes.authors.offline_texts.words import plain
from nodes.authors.port import NewPartsBrief


def write_new_parts(brief: NewPartsBrief) -> NewParts:
    wording = wording_for(brief.preferences.primary_language)
    framework = brief.framework
    taken = {stage.name.casefold() for stage in framework.stages}
    taken |= {name.casefold() for place in framework.walk() for name in (place.module.name, place.concept.name)}
    parts = []
    for number, operation in enumerate(brief.plan.operations):
        if operation.action == "add":
            parts.append(_part(number, operation, wording, taken))
    return NewParts(parts=parts)


def _part(number: int, operation: Operation, wording: Wording, taken: set[str]) -> NewPart:
    name = plain(str(operation.values.get("name", "")), 80) or wording.plan.nothing_named
    if operation.target_type == "concept":
        taken.add(name.casefold())
        return NewPart(operation=number, concept=write_concept(name, terms_of(name, wording.language), wording))
    if operation.target_type == "module":
        return NewPart(operation=number, module=_module(name, name, wording, taken))
    return NewPart(operation=number, stage=_stage(name, wording, taken))


def _stage(name: str, wording: Wording, taken: set[str]) -> StageDraft:
    """A stage about a subject with a curriculum gets the first modules of that; any other one module."""
    taken.add(name.casefold())
    modules: list[ModuleDraft] = []
    for match in find_topics(name, TOPICS)[:1]:
        for table in match.topic.stages()[0].modules[:2]:
            text = table.name.of(wording.language).replace("{s}", match.name.of(wording.language))
            names = [
                entry.name.of(wording.language).replace("{s}", match.name.of(wording.language))
                for entry in table.entries[:2]
            ]
            if not {item.casefold() for item in (text, *names)} & taken:
                terms = [
                    terms_for(entry, item, wording.language) for entry, item in zip(table.entries, names, strict=False)
                ]
                modules.append(_filled(text, names, terms, wording, taken))
    if not modules:
        modules.append(_module(plain(wording.plan.new_module.format(s=name), 80), name, wording, taken))
    return write_stage(name, modules, wording)


def _module(name: str, subject: str, wording: Wording, taken: set[str]) -> ModuleDraft:
    names = [plain(text.format(s=plain(subject, 50)), 80) for text in wording.plan.new_concepts]
    return _filled(name, names, [terms_of(subject, wording.language)] * len(names), wording, taken)


def _filled(name: str, names: list[str], terms: list[list[str]], wording: Wording, taken: set[str]) -> ModuleDraft:
    names = unique(names, taken)
    taken.add(name.casefold())
    concepts: list[ConceptDraft] = []
    for place, (item, keywords) in enumerate(zip(names, terms, strict=True)):
        concept = write_concept(item, keywords, wording)
        concepts.append(concept.model_copy(update={"prerequisites": names[place - 1 : place]}))
    return write_module(name, concepts, wording)
