"""Worksheet, resources and quiz of a concept. The questions of the quiz are about the worksheet only."""

import re
from binascii import crc32
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote_plus

from domain.contents import Question, Quiz, Resources, Tutorial
from domain.text.goals import plain
from nodes.authors.briefs import C, ContentBrief, LessonBrief, QuizBrief, ResourcesBrief, TutorialBrief
from nodes.offline.goals import GoalReading, reading_of
from nodes.offline.subjects import TermType, avoided, capital, joined, listed, number, phrases, toml, types_of

_ESCAPED: Final = r"([\\`*_\[\]<>|$])"


def _markdown(text: str) -> str:
    """Return `text` escaped for Markdown."""
    return re.sub(_ESCAPED, r"\\\1", plain(text, 120))


def terms_of(brief: "ContentBrief[C]", reading: GoalReading) -> list[tuple[TermType, str]]:
    """Return the terms of a concept with their types; other terms than those of the curricula are `know` or `avoid`."""
    types = [types_of(one, code) for one, _ in reading.curricula for code in ("en", "zh")]
    named = [plain(term, 60) for term in brief.concept.keywords or [brief.concept.name]]
    terms = list(dict.fromkeys(filter(None, named)))[:6] or [reading.subject]
    kinds = [{one[term] for one in types if term in one} for term in terms]
    known: list[TermType] = [kind.pop() if len(kind) == 1 else "know" for kind in kinds]
    return [("avoid" if term.casefold() in avoided() else kind, term) for kind, term in zip(known, terms, strict=True)]


def _values(brief: "ContentBrief[C]", reading: GoalReading) -> dict[str, Any]:
    """Return the values that worksheet and quiz share. Only the first worksheet has the log and its script."""
    minutes = max(8, round(60 * brief.concept.estimated_hours))
    seed = crc32(f"{brief.concept.name} {brief.roadmap_title}".encode("utf-8", "replace"))
    log = [20 + 5 * (seed % 3), 35 + 5 * (seed % 4), 15]
    script = f"log = {log}\ntotal = 0\nfor minutes in log:\n    total = total + minutes\nprint(total)"
    return {
        "seed": seed, "minutes": minutes, "hours": number(minutes / 60), "script": script, "sum": sum(log),
        "read": minutes // 4, "work": minutes - 2 * (minutes // 4), "check": minutes // 4, "log": log,
        "first": log[0], "second": log[1], "third": log[2], "k": listed(terms_of(brief, reading), reading.language),
    }  # fmt: skip


def write_lesson(brief: LessonBrief) -> Tutorial:
    """Return the worksheet under the title of the lesson, whose subject rules cannot tell from that of the others."""
    plan = brief.plan.lessons[brief.index]
    return write_worksheet(brief).model_copy(update={"title": plan.title} if plan.title.strip() else {})


def write_worksheet(brief: TutorialBrief | LessonBrief) -> Tutorial:
    reading = reading_of(brief.preferences)
    words, terms, values = phrases(reading.language)["worksheet"], terms_of(brief, reading), _values(brief, reading)
    concept, needed = plain(brief.concept.name, 120), [_markdown(name) for name in brief.prerequisite_names[:4]]
    file = f"log_{'-'.join(re.findall('[0-9A-Za-z一-鿿]+', concept.lower()))}_first-second-and-third-sitting.txt"
    shown = [(words[kind], words["kinds"][kind], _markdown(term), n) for n, (kind, term) in enumerate(terms)]
    tasks = [(term, kind, phrase["task"][n % len(phrase["task"])]) for phrase, kind, term, n in shown]
    text = words["layout"].format(
        **values | {"log": "" if needed else words["log"].format(file=file, **values)},
        stage=_markdown(brief.stage_name), module=_markdown(brief.module_name), concept=_markdown(concept),
        builds_on=words["builds_on" if needed else "first"].format(p=joined(needed, reading.language)),
        tasks="\n".join(f"| **{term}** ({kind}) | {task} |" for term, kind, task in tasks),
        questions="\n".join(f"1. {phrase['question'].format(t=term)}" for phrase, _, term, _ in shown),
    )  # fmt: skip
    asked = brief.preferences.primary_language
    is_other = asked.partition("-")[0] != reading.language
    summary = [words["summary"].format(**values), words["other_language"].format(language=asked) if is_other else ""]
    return Tutorial(
        title=capital(concept) or reading.subject,
        summary=" ".join(filter(None, summary)),
        content=re.sub(r"\n{3,}", "\n\n", text).lstrip(),
        estimated_completion_time=min(10_000, values["minutes"]),
        language=reading.language,
    )


def write_quiz(brief: QuizBrief) -> Quiz:
    reading = reading_of(brief.preferences)
    language, terms, values = reading.language, terms_of(brief, reading), _values(brief, reading)
    quiz, sheet, seed = phrases(language)["quiz"], phrases(language)["worksheet"], values["seed"]
    own, (kind, term) = [one for _, one in terms], terms[seed % len(terms)]
    mine = {one.casefold() for one in own}
    every = dict.fromkeys(one for subject, _ in reading.curricula for one in types_of(subject, language))
    others = [one for one in every if one.casefold() not in mine]
    others = others[seed % len(others) :] + others[: seed % len(others)]
    needed, quote = [plain(name, 120) for name in brief.prerequisite_names[:4]], quiz["quote"].format
    values |= {"c": quote(plain(brief.concept.name, 120)), "t": quote(term), "kind": sheet["kinds"][kind]}
    values["p"] = joined([quote(name) for name in needed], language)
    made: list[Question] = []

    def ask(key: str, right: Sequence[str], wrong: Sequence[str], at: int | None = None) -> None:
        """Append a question. Without `at`, the position of the first correct option changes with each question."""
        place = (seed + len(made)) % (len(wrong) + 1) if at is None else at
        options = [*wrong[:place], *right, *wrong[place:]]
        kind = "true_false" if len(options) == 2 else "single_choice" if len(right) == 1 else "multiple_choice"
        question, why = (text.format(**values) for text in quiz[key])
        written = {"question_id": f"q{len(made) + 1}", "question_type": kind, "question": question, "options": options}
        written |= {"correct_answer": [place + n for n in range(len(right))], "explanation": why, "difficulty": "easy"}
        made.append(Question.model_validate(written))

    ask("belongs", [term], others[:3])
    ask("kind", [quiz["kinds"][kind]], [quiz["kinds"][one] for one in ("know", "make", "do", "avoid") if one != kind])
    minutes = [n for n in (values["minutes"], values["read"], values["work"] + 10) if n != values["work"]]
    ask("minutes", [quiz["unit"].format(n=values["work"])], [quiz["unit"].format(n=n) for n in minutes])
    if len(own) > 1:
        ask("several", own[:3], others[3:5])
    if not needed:
        ask("script", [str(values["sum"])], [str(max(values["log"])), str(values["sum"] - 15), str(values["sum"] + 15)])
    else:  # every other one names what the worksheet does not build on
        no = seed % 2
        values["x"] = values["t"] if no else values["p"]
        ask("builds", [quiz["yes_no"][no]], [quiz["yes_no"][not no]], at=no)
    return Quiz(questions=made)


def write_resources(brief: ResourcesBrief) -> Resources:
    """Return works and official sites for two concepts, searches for all: no URL occurs twice in a roadmap."""
    reading = reading_of(brief.preferences)
    language, words, name = reading.language, phrases(reading.language)["resources"], reading.name
    part = {"c-1-1-1": 0, "c-2-1-1": 1}.get(brief.concept.concept_id)
    sources = [source for one, _ in reading.curricula for source in one.sources][part::2] if part is not None else []
    official = words["official"].format(s=name)
    found = [(title.of(language), url.of(language), kind, official) for kind, title, url in sources]
    counts = Counter(
        term[1].of(language) for one, _ in reading.curricula for entry in one.entries() for term in entry.terms
    )
    ranked = sorted((kind != "know", term) for kind, term in terms_of(brief, reading) if kind != "avoid")
    own = next((term for _, term in ranked if counts[term] == 1), plain(brief.concept.name, 80))
    query = plain(own if name.casefold() in own.casefold() else f"{name} {own}", 100)
    searches = [("wikipedia", language, query), ("books", language, query)]
    if part == 0:
        asked = brief.preferences.primary_language.partition("-")[0]
        searches += [("course", language, name)]
        searches += [("wikipedia", asked, reading.subject)] if asked in toml("reading")["wikipedias"].split() else []
    for key, code, text in searches:
        title, description = (line.format(q=text) for line in words[key])
        url = toml("reading")["searches"][key].format(language=code) + quote_plus(text, errors="replace")
        found.append((title, url, "search", description))
    names = ("title", "url", "type", "description", "language", "relevance_score")
    rows = [dict(zip(names, (*row, language, round(0.9 - n / 10, 2)), strict=True)) for n, row in enumerate(found)]
    return Resources.model_validate({"resources": rows, "search_queries_used": [query]})
