"""Judge recorded answers by the checks of a run: which rules refuse which answer, and how many were judged rightly.

A file holds `role`, `data` (what the author was given), `answer`, and `quality`: `good` or `bad`.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.checks import Expected
from domain.checks.expected import Subject
from domain.checks.findings import Finding, Kind, broken
from domain.content_types import CONTENT_SPECS, check_content
from domain.vocabulary import ContentType


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded answer of a content type."""

    name: str
    content_type: ContentType
    data: Mapping[str, Any]
    answer: Any
    quality: str

    @property
    def subject(self) -> Subject:
        concept = self.data["concept"]
        return Subject(concept["name"], concept.get("description", ""), tuple(concept.get("keywords", ())))


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
    answers: list[Recorded] = []
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        if record.get("role") in list(ContentType) and "concept" in record.get("data", {}):
            content_type = ContentType(record["role"])
            answers.append(
                Recorded(path.stem, content_type, record["data"], record["answer"], record.get("quality", "good"))
            )
    if not answers:
        raise ValueError(f"{folder} holds no recorded answer: files *.json with role, data, answer and quality.")
    return answers


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
    data, subject = recorded.data, recorded.subject
    given = [subject.name, subject.description, *subject.keywords, *data.get("prerequisites", ())]
    given += [str(data.get(name, "")) for name in ("roadmap", "stage", "module", "wishes")]
    given.append(str(data.get("learner", {}).get("learning_goal", "")))
    return Expected(
        hours=float(data["concept"].get("hours", 1.0)),
        language=data.get("language"),
        given="\n".join(given),
        subject=subject,
        others=tuple(other for other in others if other.name != subject.name),
    )


def judge_all(answers: Sequence[Recorded]) -> list[Verdict]:
    """Judge answers, each beside the concepts that the answers of the same roadmap are about."""
    concepts: dict[str, dict[str, Subject]] = {}
    for recorded in answers:
        concepts.setdefault(str(recorded.data.get("roadmap")), {})[recorded.subject.name] = recorded.subject
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
