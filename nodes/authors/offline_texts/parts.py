"""Finds the stage, module or concept that a person means."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from domain.editing.review import TargetType
from domain.framework import Concept, Framework
from nodes.authors.offline_texts.instructions import bare, kind_of

_KIND_FIRST = re.compile(
    r"^(?:the )?(stage|phase|module|concept|topic|lesson)s?(?: (?:called|named|about|on))?[ :]+(.+)$", re.IGNORECASE
)
_KIND_LAST = re.compile(r"^(?:the )?(.+?)[ ](stage|phase|module|concept|topic|lesson)s?$", re.IGNORECASE)
_KIND_ZH = re.compile(
    r"^(?:(阶段|模块|单元|知识点|概念)[：:]?(.+)|(.+?)(?:这个|这一|的)?(阶段|模块|单元|知识点|概念))$"
)
_ORDINALS: Final = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "final": -1, "1st": 0, "2nd": 1, "3rd": 2,
    "最后一个": -1, "最后": -1, "第一个": 0, "第二个": 1, "第三个": 2, "第四个": 3,
    "第一": 0, "第二": 1, "第三": 2, "第四": 3, "第五": 4,
}  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]")
_SMALL: Final = frozenset({"the", "a", "an", "of", "on", "about", "and", "to", "in", "for", "part"})


@dataclass(frozen=True, slots=True)
class Part:
    kind: TargetType
    id: str
    name: str
    parent_id: str | None
    concepts: tuple[Concept, ...]


def parts_of(framework: Framework) -> list[Part]:
    """Every stage, module and concept, parents first."""
    parts: list[Part] = []
    for stage in framework.stages:
        inside = tuple(concept for module in stage.modules for concept in module.concepts)
        parts.append(Part("stage", stage.stage_id, stage.name, None, inside))
        for module in stage.modules:
            parts.append(Part("module", module.module_id, module.name, stage.stage_id, tuple(module.concepts)))
            parts += [Part("concept", c.concept_id, c.name, module.module_id, (c,)) for c in module.concepts]
    return parts


def find_parts(words: str, parts: Collection[Part], kind: TargetType | None = None) -> list[Part]:
    """The parts that `words` may mean, by the best kind of match there is: one of them where it is clear."""
    text = bare(words)
    for candidate_kind, query in _readings(text, kind):
        pool = [part for part in parts if candidate_kind is None or part.kind == candidate_kind]
        if found := _match(query, pool, ordered=candidate_kind is not None):
            return found
    return []


def _readings(text: str, kind: TargetType | None) -> list[tuple[TargetType | None, str]]:
    """The words as they stand, and with a word like "module" taken as the kind."""
    readings: list[tuple[TargetType | None, str]] = [(kind, text)]
    if first := _KIND_FIRST.match(text):
        readings.append((kind_of(first[1]), bare(first[2])))
    if last := _KIND_LAST.match(text):
        readings.append((kind_of(last[2]), bare(last[1])))
    if han := _KIND_ZH.match(text):
        readings.append((kind_of(han[1] or han[4]), bare(han[2] or han[3])))
    if text[:4].lower() == "the ":
        readings.append((kind, bare(text[4:])))
    return readings


def _match(query: str, pool: list[Part], *, ordered: bool) -> list[Part]:
    folded = query.casefold()
    if same := [part for part in pool if folded in {part.id.casefold(), part.name.casefold()}]:
        return same
    if ordered and (place := _ordinal(folded)) is not None and -len(pool) <= place < len(pool):
        return [pool[place]]
    if len(folded) < 2:
        return []
    wanted = {_stem(word) for word in _WORD.findall(folded)} - _SMALL
    if not wanted:
        return []
    holding = [part for part in pool if wanted <= {_stem(word) for word in _WORD.findall(part.name.casefold())}]
    whole = [part for part in holding if folded in part.name.casefold()]
    return whole or holding


def _ordinal(text: str) -> int | None:
    if text.isdecimal() and len(text) < 4:
        return int(text) - 1 if int(text) else None
    return _ORDINALS.get(text)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
