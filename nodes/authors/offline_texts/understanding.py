"""Reads a request, and looks at a framework, by rules."""

from domain.editing.review import DimensionScore, Issue, StructureReview
from domain.framework import Framework
from domain.request import Intent, LearningRequest
from nodes.authors.offline_texts.library import read_goal, wording_for
from nodes.authors.offline_texts.words import capital, plain

_LONGEST = 104  # weeks; a plan for more than two years is seldom meant
_FORMATS = ("visual", "text", "audio", "hands_on")


def understand(request: LearningRequest) -> Intent:
    preferences = request.preferences
    reading = read_goal(preferences)
    words, level = reading.wording.plan, preferences.current_level
    hours = number(preferences.available_hours_per_week)
    time = words.time.format(hours=hours)
    if preferences.target_deadline:
        time = words.deadline.format(hours=hours, deadline=plain(preferences.target_deadline, 100))
    brought = [
        plain(text, 160)
        for text in (preferences.career_background, preferences.current_role, preferences.tech_stack)
        if text
    ]
    profile = words.profile.format(level=words.level[level], s=reading.subject, time=words.time.format(hours=hours))
    if brought:
        profile += " " + words.brings.format(items=reading.wording.edit.separator.join(brought))
    modules = [
        module.name.of(reading.language)
        for match in reading.matches
        for stage in match.topic.stages()
        for module in stage.modules
    ]
    liked = set(preferences.content_preference) or {"text", "hands_on"}
    return Intent(
        parsed_goal=capital(reading.subject),
        key_technologies=[match.name.of(reading.language) for match in reading.matches if "{" not in match.name.en],
        difficulty_profile=words.difficulty[level],
        time_constraint=time,
        recommended_focus=[name for name in modules if "{" not in name][:4],
        user_profile_summary=capital(profile),
        skill_gap_analysis=[gap.format(s=reading.subject) for gap in words.gaps[level]],
        personalized_suggestions=list(words.suggestions),
        estimated_learning_path_type=words.path[level],
        content_format_weights={name: round(1 / len(liked), 2) if name in liked else 0.0 for name in _FORMATS},
    )


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def review(request: LearningRequest, framework: Framework, weeks: float | None) -> StructureReview:
    """Counts what can be counted; no opinion of its own is offered as one."""
    words = wording_for(request.preferences.primary_language).plan
    places = list(framework.walk())
    hours = sum(place.concept.estimated_hours for place in places)
    per_week = request.preferences.available_hours_per_week
    by_stage = [sum(c.estimated_hours for m in stage.modules for c in m.concepts) for stage in framework.stages]
    share = max(by_stage, default=0.0) / hours if hours else 0.0
    linked = sum(bool(place.concept.prerequisites) for place in places)
    available = (_LONGEST if weeks is None else weeks) * per_week
    fit = min(1.0, available / hours) if hours else 0.0
    scores = (
        min(1.0, len(places) / 8) * (1.0 if len(framework.stages) > 1 else 0.7),
        0.6 + 0.4 * min(1.0, linked / max(1, len(places) - 1)),
        1.0 - max(0.0, share - 1.5 / max(1, len(by_stage))),
        fit,
    )
    figures = {
        "concepts": len(places),
        "stages": len(framework.stages),
        "linked": linked,
        "share": round(100 * share),
        "hours": number(hours),
        "weeks": max(1, round(hours / per_week)),
    }
    issues = []
    if fit < 0.8:
        issue, suggestion = (text.format(available=number(available), **figures) for text in words.too_long)
        issues.append(Issue(severity="warning", category="time", issue=issue, suggestion=suggestion))
    return StructureReview(
        overall_score=round(100 * sum(scores) / len(scores)),
        dimension_scores=[
            DimensionScore(dimension=name, score=round(100 * score), rationale=rationale.format(**figures))
            for name, score, rationale in zip(words.dimensions, scores, words.rationales, strict=True)
        ],
        issues=issues,
        validation_summary=words.review.format(**figures),
    )
