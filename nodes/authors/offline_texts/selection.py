"""Which concepts a plan takes from its curricula, and how many hours each gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.framework import Difficulty
from domain.request import Level, Preferences
from nodes.authors.offline_texts.library import Reading, capstones, localised, terms_for
from nodes.authors.offline_texts.topics import Match, StageTable
from nodes.authors.offline_texts.topics_generic import GENERIC
from nodes.authors.offline_texts.words import capital, parts_of, plain

_WEIGHTS: Final[dict[Difficulty, float]] = {"easy": 1.0, "medium": 1.4, "hard": 1.8}
_LEAST, _MOST = 1, 40  # half hours of one concept
_DEPTH: Final[dict[Level, int]] = {"beginner": 20, "intermediate": 10, "advanced": 0}


@dataclass(frozen=True, slots=True)
class Item:
    """A concept that a plan may hold; lower ranks are taken first."""

    name: str
    difficulty: Difficulty
    terms: list[str]
    rank: int


@dataclass(frozen=True, slots=True)
class ModulePlan:
    name: str
    items: list[Item]
    rank: int


@dataclass(frozen=True, slots=True)
class StagePlan:
    name: str
    modules: list[ModulePlan]


def stages_for(reading: Reading, level: Level) -> list[StagePlan]:
    """Everything that the goal's curricula offer a learner of this level, in learning order."""
    stages: list[StagePlan] = []
    depth: list[StagePlan] = []
    for match in reading.matches:
        first, second, third, last = match.topic.stages()
        main = match is reading.main or len(reading.matches) == 1
        beside = not main and match.topic.kind == "tool" and reading.main.topic.kind == "field"
        deep = _stage(last, match, reading, _DEPTH[level])
        if level == "beginner":
            stages += [_stage(table, match, reading) for table in ((first,) if beside else (first, second, third))]
        elif level == "intermediate":
            stages += [_refresher(first, match, reading)] if main or not beside else []
            stages += [_stage(table, match, reading) for table in ((second,) if beside else (second, third))]
        else:
            stages += [] if beside else [_stage(table, match, reading, basics=False) for table in (second, third)]
            stages += [deep] if beside else []
        depth += [] if beside else [deep]
    if len(reading.matches) == 2 and len(stages) > 4:
        stages = [*stages[:2], *stages[-3:-1]] if level == "beginner" else stages[:1] + stages[-3:]
    if reading.main.topic is GENERIC and level != "advanced":
        _add_parts(stages, reading)
    stages[-1].modules.append(_capstone(reading))
    return [stage for stage in (*stages, *depth) if stage.modules]


def _stage(table: StageTable, match: Match, reading: Reading, rank: int = 0, *, basics: bool = True) -> StagePlan:
    modules: list[ModulePlan] = []
    for number, module in enumerate(table.modules):
        entries = [entry for entry in module.entries if basics or entry.difficulty != "easy"]
        names = [localised(entry.name.of(reading.language), match, reading) for entry in entries]
        items = [
            Item(name, entry.difficulty, terms_for(entry, name, reading.language), rank + place + 2 * entry.extra)
            for place, (entry, name) in enumerate(zip(entries, names, strict=True))
        ]
        if items:
            modules.append(
                ModulePlan(localised(module.name.of(reading.language), match, reading), items, rank + 2 * number)
            )
    return StagePlan(localised(table.name.of(reading.language), match, reading), modules)


def _refresher(table: StageTable, match: Match, reading: Reading) -> StagePlan:
    words, language = reading.wording.plan, reading.language
    items = [
        Item(
            words.refresher.format(m=localised(module.name.of(language), match, reading)),
            "easy",
            [
                term
                for entry in module.entries
                for term in terms_for(entry, entry.name.of(language), language)[:2]
                if "{" not in term
            ],
            number,
        )
        for number, module in enumerate(table.modules)
    ]
    return StagePlan(words.refresher_stage, [ModulePlan(words.refresher_module, items, 0)])


def _add_parts(stages: list[StagePlan], reading: Reading) -> None:
    """A goal that names several things gets a concept for each of them."""
    words = reading.wording.plan
    if parts := parts_of(reading.own_words):
        items = [Item(words.part.format(s=part), "easy", [part], number) for number, part in enumerate(parts)]
        stages[0].modules.append(ModulePlan(words.parts_module, items, 1))


def _capstone(reading: Reading) -> ModulePlan:
    module = reading.wording.practice[reading.discipline].capstone.module
    difficulties: tuple[Difficulty, Difficulty] = ("medium", "hard")
    items = [
        Item(name, difficulty, terms, number)
        for number, (difficulty, (name, terms)) in enumerate(zip(difficulties, capstones(reading).items(), strict=True))
    ]
    return ModulePlan(module, items, 1)


def choose(stages: Sequence[StagePlan], wanted: int) -> list[StagePlan]:
    """`wanted` concepts of the plan, in few enough modules that most of them hold two or more."""
    ranked = sorted(
        ((module.rank, at, number) for at, stage in enumerate(stages) for number, module in enumerate(stage.modules)),
    )
    count = max(min(wanted, 2), wanted // 2)
    while True:
        kept = {(at, number) for _, at, number in ranked[:count]}
        offered = sorted(
            (item.rank, at, number, place)
            for at, number in kept
            for place, item in enumerate(stages[at].modules[number].items)
        )
        if len(offered) >= wanted or count >= len(ranked):
            break
        count += 1
    taken = {(at, number, place) for _, at, number, place in offered[:wanted]}
    chosen: list[StagePlan] = []
    for at, stage in enumerate(stages):
        modules = [
            ModulePlan(module.name, items, module.rank)
            for number, module in enumerate(stage.modules)
            if (items := [item for place, item in enumerate(module.items) if (at, number, place) in taken])
        ]
        if modules:
            chosen.append(StagePlan(stage.name, modules))
    return chosen


def wanted_concepts(preferences: Preferences, topics: int, max_concepts: int) -> int:
    """Five hours a week make 13 concepts for one subject; every further hour adds to it, up to what there is."""
    return max(1, min(max_concepts, round(9 + 0.8 * preferences.available_hours_per_week) + 3 * (topics - 1)))


def half_hours(difficulties: Sequence[Difficulty], hours_per_week: float, weeks: float | None) -> list[int]:
    """The time of each concept in half hours: what a learner has over some weeks, shared by difficulty.

    The weeks are those until a deadline, or about 16 with one hour a week and 9 with forty.
    """
    total = hours_per_week * (8 + 8 / (1 + hours_per_week / 5))
    if weeks is not None:
        total = min(total, hours_per_week * weeks)
    count = len(difficulties)
    units = max(_LEAST * count, min(_MOST * count, round(2 * total)))
    weights = [_WEIGHTS[difficulty] for difficulty in difficulties]
    shares = [max(_LEAST, min(_MOST, int(units * weight / sum(weights)))) for weight in weights]
    left = units - sum(shares)
    step = 1 if left > 0 else -1
    while left:
        for place in range(count):
            if left and _LEAST <= shares[place] + step <= _MOST:
                shares[place] += step
                left -= step
    return shares


def unique(names: Sequence[str], taken: set[str] | None = None) -> list[str]:
    """The same names, numbered where one is used twice."""
    seen = taken if taken is not None else set()
    result: list[str] = []
    for name in names:
        candidate, number = name, 2
        while candidate.casefold() in seen:
            candidate, number = f"{plain(name, 76)} {number}", number + 1
        seen.add(candidate.casefold())
        result.append(capital(candidate))
    return result
