"""Intent, framework and review of the framework."""

from collections.abc import Sequence
from itertools import accumulate, groupby
from typing import Final, NamedTuple

from domain.editing.review import StructureReview
from domain.framework import (
    ConceptDraft,
    Framework,
    FrameworkDraft,
    ModuleDraft,
    Outline,
    StageDraft,
    StageOutline,
    StageParts,
)
from domain.request import Intent, LearningRequest, Level, Preferences
from domain.text.goals import plain
from nodes.authors.briefs import StageBrief
from nodes.offline.goals import GoalReading, reading_of
from nodes.offline.subjects import EXAM, Entry, language_of, listed, number, phrases

_WEIGHTS: Final = {"easy": 1.0, "medium": 1.4, "hard": 1.8}
_MAX_HALF_HOURS: Final = 40  # of one concept


class _Row(NamedTuple):
    stage: str
    module: str
    name: str
    entry: Entry
    rank: tuple[int, ...]


def write_intent(request: LearningRequest) -> Intent:
    preferences = request.preferences
    reading, level = reading_of(preferences), preferences.current_level
    words = phrases(reading.language)["plan"]
    given = {"hours": number(preferences.available_hours_per_week), "deadline": preferences.target_deadline}
    time = plain(words["deadline" if preferences.target_deadline else "time"].format(**given), 160)
    about = [words["rules"], words["profile"].format(level=words["level"][level], time=time, s=reading.subject)]
    modules = [module for stage in reading.main.stages for module in stage.parts]
    liked = preferences.content_preference or ["text", "hands_on"]
    return Intent(
        parsed_goal=reading.subject,
        key_technologies=[] if reading.is_neutral else [name.of(reading.language) for _, name in reading.curricula],
        difficulty_profile=words["difficulty"][level],
        time_constraint=time,
        recommended_focus=[reading.named(module.name) for module in modules[:4]],
        user_profile_summary=" ".join([*about, *_notes(reading, preferences)]),
        skill_gap_analysis=[],  # rules know no learner
        personalized_suggestions=[],
        estimated_learning_path_type=words["path"][level],
        content_format_weights={name: round(1 / len(liked), 2) for name in liked},
    )


def _notes(reading: GoalReading, preferences: Preferences) -> list[str]:
    """Return notes for the learner about the whole plan."""
    words = phrases(reading.language)["plan"]
    notes = [words["neutral_exam" if reading.main.key == EXAM else "neutral"]] if reading.is_neutral else []
    is_other = preferences.primary_language.partition("-")[0] != reading.language
    return [*notes, words["language"]] if is_other else notes


def write_framework(preferences: Preferences, max_concepts: int, weeks: float | None) -> FrameworkDraft:
    reading = reading_of(preferences)
    wanted = max(1, min(max_concepts, round(9 + 0.8 * preferences.available_hours_per_week)))
    rows = _rows(reading, preferences.current_level)
    kept = sorted(sorted(rows, key=lambda row: row.rank)[:wanted], key=rows.index)
    hours = iter(_half_hours([row.entry.difficulty for row in kept], preferences, weeks))
    stages: list[StageDraft] = []
    opening: list[str] = []
    for stage, in_stage in groupby(kept, key=lambda row: row.stage):
        modules = []
        for module, in_module in groupby(in_stage, key=lambda row: row.module):
            concepts: list[ConceptDraft] = []
            for row in in_module:
                needed = [concepts[-1].name] if concepts else opening
                concepts.append(write_concept(row.name, row.entry, reading.language, needed, next(hours) / 2))
            opening = [concepts[0].name]
            modules.append(write_module(module, concepts, reading.language))
        stages.append(write_stage(stage, modules, reading.language))
    stages[0].description = " ".join([*_notes(reading, preferences), stages[0].description])
    return FrameworkDraft(title=reading.subject, stages=stages)


def _rows(reading: GoalReading, level: Level) -> list[_Row]:
    """Return the concepts of this level in learning order; lower ranks are used first, in turn by module."""
    stages = list(reading.main.stages[level != "beginner" :])
    if len(reading.curricula) > 1:  # of a tool, one stage goes before its field
        stages.insert(0, reading.curricula[0][0].stages[{"beginner": 0, "intermediate": 1, "advanced": 3}[level]])
    rows: dict[str, _Row] = {}
    for at, stage in enumerate(stages):
        deep = 2 * (stage is stages[-1] and level != "advanced")
        for place, module in enumerate(stage.parts):
            for order, entry in enumerate(module.parts):
                name, rank = reading.named(entry.name), (deep + entry.extra, order, place, at)
                row = _Row(reading.named(stage.name), reading.named(module.name), name, entry, rank)
                rows.setdefault(name.casefold(), row)
    return list(rows.values())


def _half_hours(difficulties: Sequence[str], preferences: Preferences, weeks: float | None) -> list[int]:
    """Return the time of each concept in half hours: the time of some weeks, distributed by difficulty.

    `weeks` are those from the request to a deadline; without one about 16 with one hour a week and 9 with forty.
    """
    per_week = preferences.available_hours_per_week
    total = per_week * min(8 + 8 / (1 + per_week / 5), weeks or 104)
    unit = 2 * total / sum(_WEIGHTS[difficulty] for difficulty in difficulties)
    ends = [round(unit * end) for end in accumulate(_WEIGHTS[difficulty] for difficulty in difficulties)]
    return [max(1, min(_MAX_HALF_HOURS, end - begin)) for begin, end in zip([0, *ends], ends, strict=False)]


def write_concept(name: str, entry: Entry | None, language: str, needed: list[str], hours: float = 2.0) -> ConceptDraft:
    """Return a concept; without an entry of a curriculum it has no terms."""
    language, difficulty = language_of(language), entry.difficulty if entry else "medium"
    words = phrases(language)["plan"]
    terms = [(kind, term.of(language)) for kind, term in entry.terms] if entry else []
    text = words["describe"].format(k=listed(terms, language)) if terms else words["describe_plain"]
    return ConceptDraft(
        name=name,
        description=text,
        estimated_hours=hours,
        prerequisites=needed,
        difficulty=difficulty,
        keywords=[term for _, term in terms],
    )


def write_module(name: str, concepts: list[ConceptDraft], language: str) -> ModuleDraft:
    items = phrases(language)["comma"].join(concept.name for concept in concepts)
    text = phrases(language)["plan"]["module"].format(items=items)
    return ModuleDraft(name=name, description=text, concepts=concepts)


def write_stage(name: str, modules: list[ModuleDraft], language: str) -> StageDraft:
    items = phrases(language)["comma"].join(module.name for module in modules)
    return StageDraft(name=name, description=phrases(language)["plan"]["stage"].format(items=items), modules=modules)


def outline_of(whole: FrameworkDraft) -> Outline:
    stages = []
    for stage in whole.stages:
        hours = [concept.estimated_hours for module in stage.modules for concept in module.concepts]
        stages.append(
            StageOutline(name=stage.name, description=stage.description, concepts=len(hours), hours=sum(hours))
        )
    return Outline(title=whole.title, stages=stages)


def write_stage_parts(brief: StageBrief) -> StageParts:
    """Return the stage at this position of a framework with as many concepts as the outline."""
    concepts = sum(stage.concepts for stage in brief.outline.stages)
    whole = write_framework(brief.request.preferences, concepts, brief.weeks)
    return StageParts(modules=whole.stages[min(brief.index, len(whole.stages) - 1)].modules)


def write_review(request: LearningRequest, framework: Framework) -> StructureReview:
    """Return a review that only counts parts; its score is not shown. Code checks whether the time is sufficient."""
    words, concepts = phrases(request.preferences.primary_language)["plan"], len(framework.concepts())
    figures = {"stages": len(framework.stages), "hours": number(framework.total_estimated_hours)}
    return StructureReview(overall_score=0, validation_summary=words["review"].format(concepts=concepts, **figures))
