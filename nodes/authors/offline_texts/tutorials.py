"""Writes the tutorial of a concept: a frame for studying it."""

import re
from functools import lru_cache

from domain.contents import Tutorial
from nodes.authors.offline_texts.shape import TutorialWords
from nodes.authors.offline_texts.subject_matter import Matter, matter_of
from nodes.authors.offline_texts.words import capital, markdown, pick, pick_some, plain
from nodes.authors.port import TutorialBrief

_SHARES = ((0.15, 0.25, 0.35, 0.15, 0.1), (0.2, 0.2, 0.35, 0.15, 0.1), (0.15, 0.2, 0.4, 0.15, 0.1))
_SITTING = 90  # minutes that one can stay attentive


def write_tutorial(brief: TutorialBrief) -> Tutorial:
    matter = matter_of(brief)
    wording, words = matter.reading.wording, matter.reading.wording.tutorial
    minutes = max(10, min(10_000, round(brief.concept.estimated_hours * 60)))
    wish = plain(brief.instructions, 300)
    size = _size(wish, words)
    places = matter.marked()
    hours = _hours(minutes)
    sections = [
        _what(brief, matter, places),
        _questions(matter, {-1: 3, 0: 5, 1: 6}[size]),
        _plan(matter, places, minutes, {-1: 3, 0: 5, 1: 5}[size]),
        "" if size < 0 else _notes(matter),
        _exercises(matter, {-1: 2, 0: 3, 1: 5}[size]),
        "" if size < 0 else _mistakes(matter, {0: 3, 1: 5}[size]),
        _checklist(words, places, {-1: 3, 0: 4, 1: 5}[size]),
        f"*{words.draft}*",
    ]
    summary = pick(words.summary, matter.seed).format(c=matter.concept, hours=hours)
    if wish:
        answer = {-1: words.asked_shorter, 0: words.asked_other, 1: words.asked_longer}[size]
        sections.insert(1, "> " + words.asked.format(i=markdown(wish), answer=answer))
    wanted = brief.preferences.primary_language
    if wanted.split("-", 1)[0] != wording.language:
        summary += wording.space + wording.cannot_write.format(language=wanted)
    return Tutorial(
        title=capital(matter.concept),
        summary=summary,
        content="\n\n".join(filter(None, sections)) + "\n",
        estimated_completion_time=minutes,
        language=wording.language,
    )


def _size(wish: str, words: TutorialWords) -> int:
    """-1 for a shorter text, 1 for a longer one."""
    if not wish:
        return 0
    if re.search(words.shorter, wish, re.IGNORECASE):
        return -1
    return 1 if re.search(words.longer, wish, re.IGNORECASE) else 0


@lru_cache(maxsize=256)
def _hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}".removesuffix(".0")


def _what(brief: TutorialBrief, matter: Matter, places: dict[str, str]) -> str:
    words, join = matter.reading.wording.tutorial, matter.reading.wording.join
    description = markdown(brief.concept.description)
    lines = [f"## {words.what}", "", _intro(matter, description)]
    lines[-1] += matter.reading.wording.space + pick(matter.practice.why, matter.seed >> 2).format(**places)
    if brief.prerequisite_names:
        names = join([matter.emphasised(name) for name in brief.prerequisite_names[:4]])
        lines += ["", words.builds_on.format(p=names)]
    lines += ["", words.key_terms.format(terms=join([f"**{markdown(term)}**" for term in matter.terms]))]
    heading, tips = words.preference
    if liked := [tips[preference].format(**places) for preference in brief.preferences.content_preference]:
        lines += ["", heading.format(items=matter.reading.wording.edit.separator.join(liked))]
    return "\n".join(lines)


def _intro(matter: Matter, description: str) -> str:
    bold = {"c": markdown(matter.concept), "m": markdown(matter.module), "s": markdown(matter.stage)}
    return pick(matter.reading.wording.tutorial.intro, matter.seed).format(d=description, **bold).rstrip()


def _questions(matter: Matter, count: int) -> str:
    heading, how = matter.reading.wording.tutorial.questions
    chosen = pick_some(matter.practice.questions, count, matter.seed >> 4)
    lines = [
        f"{number}. {question.format(**matter.marked(number - 1))}" for number, question in enumerate(chosen, start=1)
    ]
    return "\n".join([f"## {heading}", "", how, "", *lines])


def _plan(matter: Matter, places: dict[str, str], minutes: int, count: int) -> str:
    words = matter.reading.wording.tutorial
    heading, how = (text.format(hours=_hours(minutes), c=markdown(matter.concept)) for text in words.plan)
    shares: tuple[float, ...] = pick(_SHARES, matter.seed >> 5)
    if count < len(shares):
        shares = (*shares[: count - 1], sum(shares[count - 1 :]))
    grid = 5 if minutes >= 60 else 1
    parts = [max(grid, round(minutes * share / grid) * grid) for share in shares]
    parts[2] += minutes - sum(parts)  # the exercises take what rounding left
    lines = [
        words.step.format(number=number, minutes=part, text=text.format(**places))
        for number, (part, text) in enumerate(zip(parts, matter.practice.steps, strict=False), start=1)
    ]
    if minutes > _SITTING:
        how += matter.reading.wording.space + words.sittings.format(count=-(-minutes // _SITTING))
    return "\n".join([f"## {heading}", "", how, "", *lines])


def _notes(matter: Matter) -> str:
    words = matter.reading.wording.tutorial
    heading, how = words.notes
    places = matter.places()
    page = words.note_lines.format(
        c=matter.concept,
        m=matter.module,
        s=matter.stage,
        k=places["k"],
        own=matter.practice.in_own_words.format(**places),
        example=matter.practice.example.format(**places),
    )
    return f"## {heading}\n\n{how}\n\n```text\n{page.replace('```', '')}\n```"


def _exercises(matter: Matter, count: int) -> str:
    words = matter.reading.wording.tutorial
    heading, how = words.exercises
    lines = [
        f"{number}. {exercise.task.format(**matter.marked(number - 1))}\n"
        f"   **{words.done_when}** {exercise.done.format(**matter.marked(number - 1))}{words.stop}"
        for number, exercise in enumerate(matter.exercises[:count], start=1)
    ]
    return "\n".join([f"## {heading}", "", how, "", *lines])


def _mistakes(matter: Matter, count: int) -> str:
    words = matter.reading.wording.tutorial
    lines = [words.mistake.format(**mistake._asdict()) for mistake in matter.mistakes[:count]]
    return "\n".join([f"## {words.mistakes}", "", *lines])


def _checklist(words: TutorialWords, places: dict[str, str], count: int) -> str:
    return "\n".join(
        [f"## {words.checklist}", "", *(f"- [ ] {check.format(**places)}" for check in words.checks[:count])]
    )
