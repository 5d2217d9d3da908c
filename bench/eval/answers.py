"""Judge recorded answers by the checks of a run: which rules refuse which answer, and how many were judged rightly.

A record holds `role`, `data` (what the author was given), `answer`, `quality` (`good` or `bad`), and `why` it is bad.
A folder with a `course.toml` is a recorded course, whose answers are all good. Else its files hold records: one record,
or the records of one roadmap as `answers`: their common `data`, the `concepts` of the roadmap,
and for each record the name of its `concept`. Lines of a tutorial may be a list. With the `book` of the roadmap, where
each concept has its `concept_id`, a quiz is judged beside the tutorial of its concept.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.checks import Expected
from domain.checks.expected import Subject
from domain.checks.findings import Finding, Kind, broken
from domain.content_types import CONTENT_SPECS, check_content
from domain.course.book import CourseBook
from domain.vocabulary import ContentType
from nodes.offline.recordings import RecordedCourse, read_course
from tests.support.recorded import play


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded answer of a content type."""

    name: str
    content_type: ContentType
    data: Mapping[str, Any]
    answer: Any
    quality: str
    why: str = ""
    """Reason why a bad answer is bad, for readers of the file."""
    concepts: Sequence[Subject] = ()
    """The concepts of its roadmap, where the file names them."""
    book: CourseBook | None = None
    lesson: str = ""
    """Of a quiz: the tutorial of its concept, in a roadmap with a book."""

    @property
    def subject(self) -> Subject:
        return _subject(self.data["concept"])


@dataclass(frozen=True, slots=True)
class Verdict:
    recorded: Recorded
    findings: Sequence[Finding]

    @property
    def refused(self) -> bool:
        return any(finding.kind is not Kind.HINT for finding in self.findings)

    @property
    def right(self) -> bool:
        return self.refused == (self.recorded.quality == "bad")


def read_answers(folder: Path) -> list[Recorded]:
    """Return the recorded answers of content types in a folder, sorted by name. Raises ValueError for none."""
    if (folder / "course.toml").is_file():
        return _of_course(read_course(folder))
    answers = [recorded for path in sorted(folder.glob("*.json")) for recorded in _read(path)]
    if not answers:
        raise ValueError(f"{folder} holds no recorded answer: files *.json with role, data, answer and quality.")
    return answers


def _of_course(course: RecordedCourse) -> list[Recorded]:
    """Return the contents of a course as the offline author plays them."""
    played = asyncio.run(play(course))
    subjects = tuple(Subject(one.name, one.description, tuple(one.keywords)) for one in played.framework.concepts())
    names = {concept.concept_id: concept.name for concept in played.framework.concepts()}
    data: dict[str, Any] = {"roadmap": course.file.title, "language": course.file.language}
    data["learner"] = {"learning_goal": course.file.goals[0]}
    answers: list[Recorded] = []
    for place in played.framework.walk():
        concept = place.concept
        needed = [names[concept_id] for concept_id in concept.prerequisites]
        own: dict[str, Any] = {"stage": place.stage.name, "module": place.module.name, "prerequisites": needed}
        own["concept"] = concept.model_dump() | {"hours": concept.estimated_hours}
        contents = played.contents[concept.concept_id]
        lesson = contents[ContentType.TUTORIAL].model_dump()["content"]
        for content_type, content in contents.items():
            answers.append(
                Recorded(
                    f"{course.key}-{concept.concept_id}-{content_type}",
                    content_type,
                    data | own,
                    content.model_dump(mode="json"),
                    "good",
                    concepts=subjects,
                    book=played.book,
                    lesson=lesson if content_type is ContentType.QUIZ else "",
                )
            )
    return answers


def _read(path: Path) -> Iterator[Recorded]:
    file = json.loads(path.read_text("utf-8"))
    concepts = {concept["name"]: concept for concept in file.get("concepts", ())}
    subjects = tuple(map(_subject, concepts.values()))
    book = CourseBook.model_validate(file["book"]) if "book" in file else None
    records = file.get("answers", [file])
    lessons = {
        record.get("concept"): str(_joined(record["answer"]).get("content", ""))
        for record in records
        if book and record.get("role") == ContentType.TUTORIAL and record.get("quality", "good") == "good"
    }
    for number, record in enumerate(records, start=1):
        data = {**file.get("data", {}), **record.get("data", {})}
        if "concept" in record:
            data["concept"] = concepts[record["concept"]]
        if record.get("role") in list(ContentType) and "concept" in data:
            name = f"{path.stem}-{number:02}-{record['role']}" if "answers" in file else path.stem
            yield Recorded(
                name,
                ContentType(record["role"]),
                data,
                _joined(record["answer"]),
                record.get("quality", "good"),
                record.get("why", ""),
                subjects,
                book,
                lessons.get(record.get("concept"), "") if record["role"] == ContentType.QUIZ else "",
            )


def _subject(concept: Mapping[str, Any]) -> Subject:
    return Subject(concept["name"], concept.get("description", ""), tuple(concept.get("keywords", ())))


def _joined(answer: Any) -> Any:
    """Return the answer with the lines of its content as one text."""
    if isinstance(answer, dict) and isinstance(answer.get("content"), list):
        return answer | {"content": "\n".join(answer["content"])}
    return answer


def judge(recorded: Recorded, others: Sequence[Subject]) -> Verdict:
    """Judge an answer. `others`: the other concepts of its roadmap."""
    shape = CONTENT_SPECS[recorded.content_type].shape
    try:
        content = shape.model_validate(recorded.answer)
    except ValidationError as error:
        first = error.errors()[0]
        return Verdict(recorded, [broken("shape", f"{'.'.join(map(str, first['loc']))}: {first['msg']}.")])
    return Verdict(recorded, check_content(content, expected_of(recorded, others)))


def expected_of(recorded: Recorded, others: Sequence[Subject]) -> Expected:
    data, subject, book = recorded.data, recorded.subject, recorded.book
    given = [subject.name, subject.description, *subject.keywords, *data.get("prerequisites", ())]
    given += [str(data.get(name, "")) for name in ("roadmap", "stage", "module", "wishes")]
    given.append(str(data.get("learner", {}).get("learning_goal", "")))
    return Expected(
        hours=float(data["concept"].get("hours", 1.0)),
        language=data.get("language"),
        given="\n".join(given),
        subject=subject,
        others=tuple(other for other in others if other.name != subject.name),
        lesson=recorded.lesson,
        plan=book.plan_of(data["concept"].get("concept_id", "")) if book else None,
        example=book.example.code if book and book.example else "",
    )


def judge_all(answers: Sequence[Recorded]) -> list[Verdict]:
    """Judge answers, each beside the concepts that the answers of the same roadmap are about."""
    concepts: dict[str, dict[str, Subject]] = {}
    for recorded in answers:
        named = {subject.name: subject for subject in (*recorded.concepts, recorded.subject)}
        concepts.setdefault(str(recorded.data.get("roadmap")), {}).update(named)
    return [judge(recorded, tuple(concepts[str(recorded.data.get("roadmap"))].values())) for recorded in answers]


def report(verdicts: Sequence[Verdict]) -> str:
    """Format a line for each verdict with its rules, and the score."""
    lines = []
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for verdict in verdicts:
        quality = verdict.recorded.quality
        asked[quality] += 1
        right[quality] += verdict.right
        rules = ", ".join(dict.fromkeys(f"{finding.rule} ({finding.kind})" for finding in verdict.findings))
        mark = " " if verdict.right else "!"
        lines.append(
            f"{mark} {'refused' if verdict.refused else 'passed ':7}  {quality:4}  {verdict.recorded.name}  {rules}"
        )
        lines += [f"      {finding.message}" for finding in verdict.findings if not verdict.right]
    scores = [f"{quality}: {right[quality]} of {asked[quality]} right" for quality in sorted(asked)]
    whole = sum(right.values()) / max(1, sum(asked.values()))
    return "\n".join([*lines, f"score {whole:.0%} ({'; '.join(scores)})"])


def main(answers: Sequence[Recorded]) -> int:
    """Print the verdicts and the score, and return an exit code."""
    print(report(judge_all(answers)))
    return 0
