"""Writes the framework of a roadmap."""

from itertools import islice

from domain.framework import ConceptDraft, FrameworkDraft, ModuleDraft, StageDraft
from domain.request import Preferences
from nodes.authors.offline_texts.library import Reading, read_goal
from nodes.authors.offline_texts.selection import Item, choose, half_hours, stages_for, unique, wanted_concepts
from nodes.authors.offline_texts.shape import Wording
from nodes.authors.offline_texts.words import capital, pick, plain, seed_of


def write_framework(preferences: Preferences, max_concepts: int, weeks: float | None) -> FrameworkDraft:
    """`weeks` from the request to the deadline, where there is one."""
    reading = read_goal(preferences)
    wanted = wanted_concepts(preferences, len(reading.matches), max_concepts)
    stages = choose(stages_for(reading, preferences.current_level), wanted)
    items = [item for stage in stages for module in stage.modules for item in module.items]
    names = iter(unique([item.name for item in items]))
    hours = iter(half_hours([item.difficulty for item in items], preferences.available_hours_per_week, weeks))
    stage_names = iter(unique([stage.name for stage in stages]))
    module_names = iter(unique([module.name for stage in stages for module in stage.modules]))
    drafts: list[StageDraft] = []
    before: list[str] = []
    for stage in stages:
        modules: list[ModuleDraft] = []
        opening = before[-1:]
        for module in stage.modules:
            size = len(module.items)
            concepts = _concepts(module.items, list(islice(names, size)), list(islice(hours, size)), opening, reading)
            opening = [concepts[0].name]
            before += [concept.name for concept in concepts]
            modules.append(write_module(next(module_names), concepts, reading.wording))
        drafts.append(write_stage(next(stage_names), modules, reading.wording))
    return FrameworkDraft(title=title_of(reading, preferences), stages=drafts)


def title_of(reading: Reading, preferences: Preferences) -> str:
    return plain(capital(reading.wording.plan.title[preferences.current_level].format(s=reading.subject)), 100)


def _concepts(
    items: list[Item], names: list[str], hours: list[int], opening: list[str], reading: Reading
) -> list[ConceptDraft]:
    """The concepts of one module: each builds on the one before it, the first on `opening`."""
    return [
        write_concept(name, item.terms, reading.wording).model_copy(
            update={
                "estimated_hours": hours[place] / 2,
                "prerequisites": [names[place - 1]] if place else list(opening),
                "difficulty": item.difficulty,
            }
        )
        for place, (item, name) in enumerate(zip(items, names, strict=True))
    ]


def write_concept(name: str, terms: list[str], wording: Wording) -> ConceptDraft:
    """A concept of two hours that builds on nothing."""
    seed, words = seed_of(name), wording.plan
    if len(terms) > 1:
        description = pick(words.concept, seed).format(k=wording.join(terms[:3]))
    else:
        description = pick(words.concept_plain, seed)
    return ConceptDraft(name=name, description=capital(description), estimated_hours=2.0, keywords=terms)


def write_module(name: str, concepts: list[ConceptDraft], wording: Wording) -> ModuleDraft:
    items = wording.edit.separator.join(concept.name for concept in concepts[:4])
    return ModuleDraft(
        name=name, description=pick(wording.plan.module, seed_of(name)).format(items=items), concepts=concepts
    )


def write_stage(name: str, modules: list[ModuleDraft], wording: Wording) -> StageDraft:
    items = wording.edit.separator.join(module.name for module in modules[:4])
    return StageDraft(
        name=name, description=pick(wording.plan.stage, seed_of(name)).format(items=items), modules=modules
    )
