"""Answers as models sent them, and what was meant."""

import json
from typing import Any, Final

from pydantic import BaseModel

from domain.contents import Resources, Tutorial
from domain.editing.review import EditPlan, NewParts, StructureReview
from domain.framework import FrameworkDraft, Outline, StageParts

CONCEPT: Final = {
    "name": "Triads",
    "description": "Three notes.",
    "estimated_hours": 2.0,
    "prerequisites": ["Notes"],
    "difficulty": "easy",
    "keywords": ["chord", "third"],
}
MODULE: Final = {"name": "First", "description": "d", "concepts": [CONCEPT]}
STAGE: Final = {"name": "One", "description": "d", "modules": [MODULE]}
RESOURCE: Final = {
    "title": "MDN",
    "url": "https://example.org/a",
    "type": "docs",
    "description": "d",
    "relevance_score": 0.95,
    "language": "en",
}


def concept(**changes: Any) -> tuple[type[BaseModel], dict[str, Any]]:
    return StageParts, {"modules": [{**MODULE, "concepts": [{**CONCEPT, **changes}]}]}


def tutorial(**changes: Any) -> tuple[type[BaseModel], dict[str, Any]]:
    usual = {"title": "T", "summary": "S", "content": "C", "estimated_completion_time": 45, "language": "en"}
    return Tutorial, {**usual, **changes}


def resources(*changes: dict[str, Any]) -> tuple[type[BaseModel], dict[str, Any]]:
    return Resources, {"resources": [{**RESOURCE, **change} for change in changes], "search_queries_used": []}


def operation(**changes: Any) -> tuple[type[BaseModel], dict[str, Any]]:
    usual: dict[str, Any] = {
        "action": "change",
        "target_type": "concept",
        "target_id": "c-1",
        "position": None,
        "values": {},
        "reason": "",
    }
    return EditPlan, {"feedback_summary": "f", "operations": [{**usual, **changes}]}


Case = tuple[type[BaseModel], Any]
READ: Final[dict[str, tuple[Case, Case]]] = {
    # kind: (what came, what was meant)
    "a null where there is a default": (
        concept(prerequisites=None, keywords=None),
        concept(prerequisites=[], keywords=[]),
    ),
    "a null in a list": (concept(keywords=["chord", None, "third"]), concept()),
    "a null difficulty": (concept(difficulty=None), concept(difficulty="medium")),
    "a list as JSON text": (concept(keywords='["chord", "third"]'), concept()),
    "a list with commas": (concept(keywords="chord, third"), concept()),
    "a list with semicolons": (concept(keywords="chord; third"), concept()),
    "a list with bullets": (concept(keywords="- chord\n- third"), concept()),
    "a list with numbers": (concept(keywords="1. chord\n2. third"), concept()),
    "a list of objects": (concept(keywords=[{"name": "chord"}, {"name": "third"}]), concept()),
    "an object of a list": (concept(keywords={"items": ["chord", "third"]}), concept()),
    "an empty list as text": (concept(prerequisites=""), concept(prerequisites=[])),
    "no list in words": (concept(prerequisites="None"), concept(prerequisites=[])),
    "a sentence": (
        concept(keywords="Reading, writing and more of it."),
        concept(keywords=["Reading, writing and more of it."]),
    ),
    "a list with bars": (concept(keywords="chord | third"), concept()),
    "a list with quotes": (concept(keywords='"chord", "third"'), concept()),
    "none in a list": (concept(prerequisites=["None"]), concept(prerequisites=[])),
    "a prerequisite in an object": (concept(prerequisites=[{"concept": "Notes"}]), concept()),
    "a word in a list": (concept(difficulty=["easy"]), concept()),
    "hours with a unit": (concept(estimated_hours="2 hours"), concept()),
    "hours in short": (concept(estimated_hours="~2h"), concept()),
    "hours in minutes": (concept(estimated_hours="90 minutes"), concept(estimated_hours=1.5)),
    "hours and minutes": (concept(estimated_hours="1 h 30 min"), concept(estimated_hours=1.5)),
    "hours with a decimal comma": (concept(estimated_hours="1,5 h"), concept(estimated_hours=1.5)),
    "hours from and to": (concept(estimated_hours="2-3 hours"), concept(estimated_hours=2.5)),
    "hours in words": (concept(estimated_hours="two hours"), concept()),
    "hours in Chinese": (concept(estimated_hours="2小时"), concept()),
    "hours as text": (concept(estimated_hours="2.0"), concept()),
    "another case": (concept(difficulty="Easy"), concept()),
    "a synonym": (concept(difficulty="Beginner"), concept()),
    "a word with an explanation": (concept(difficulty="easy (for a start)"), concept()),
    "names in another case": (
        (StageParts, {"Modules": [{"Name": "First", "Description": "d", "Concepts": [CONCEPT]}]}),
        concept(),
    ),
    "names of JavaScript": (
        (
            StageParts,
            {
                "modules": [
                    {
                        **MODULE,
                        "concepts": [
                            {**{k: v for k, v in CONCEPT.items() if k != "estimated_hours"}, "estimatedHours": 2}
                        ],
                    }
                ]
            },
        ),
        concept(),
    ),
    "a list alone": ((StageParts, [MODULE]), concept()),
    "a wrapper": ((StageParts, {"stage": {"result": {"modules": [MODULE]}}}), concept()),
    "one object for a list": ((StageParts, {"modules": MODULE}), concept()),
    "objects by their names": ((StageParts, {"modules": {"m1": MODULE}}), concept()),
    "objects as JSON text": ((StageParts, {"modules": json.dumps([json.dumps(MODULE)])}), concept()),
    "minutes with a unit": (tutorial(estimated_completion_time="45 minutes"), tutorial()),
    "minutes in hours": (tutorial(estimated_completion_time="1.5 hours"), tutorial(estimated_completion_time=90)),
    "minutes with a half": (tutorial(estimated_completion_time=37.5), tutorial(estimated_completion_time=38)),
    "minutes as text with a half": (tutorial(estimated_completion_time="37.5"), tutorial(estimated_completion_time=38)),
    "minutes in another language": (tutorial(estimated_completion_time="45 Minuten"), tutorial()),
    "half an hour": (tutorial(estimated_completion_time="half an hour"), tutorial(estimated_completion_time=30)),
    "a name of a language": (tutorial(language="English"), tutorial()),
    "a code of three letters": (tutorial(language="eng"), tutorial()),
    "a code with an underscore": (tutorial(language="pt_BR"), tutorial(language="pt-BR")),
    "a language with its region": (tutorial(language="English (US)"), tutorial()),
    "paragraphs as a list": (tutorial(content=["# A\n", "text"]), tutorial(content="# A\n\n\ntext")),
    "a number for a text": (tutorial(title=1984), tutorial(title="1984")),
    "reasoning in a text": (tutorial(content="<think>\nplan\n</think>\nC"), tutorial()),
    "a formula that was decoded": (
        tutorial(content="$\x0crac{1}{2} \times 2$"),
        tutorial(content="$\\frac{1}{2} \\times 2$"),
    ),
    "NUL in a text": (tutorial(title="T\x00", summary="S\ud83d"), tutorial()),
    "percents": (resources({"relevance_score": "95%"}), resources({})),
    "of ten": (resources({"relevance_score": "9.5/10"}), resources({})),
    "up to a hundred": (
        resources({"relevance_score": 95}, {"relevance_score": 8}),
        resources({}, {"relevance_score": 0.08}),
    ),
    "a book without an address": (resources({}, {"url": None}), resources({})),
    "a book with an empty address": (resources({"url": "N/A"}, {}), resources({})),
    "a link of Markdown": (resources({"url": "[MDN](https://example.org/a)"}), resources({})),
    "a link in brackets": (resources({"url": "<https://example.org/a>"}), resources({})),
    "a link without its scheme": (resources({"url": "example.org/a"}), resources({})),
    "an update": (operation(action="update"), operation()),
    "nulls that do not apply": (operation(values=None, reason=None), operation()),
    "nulls in values": (operation(values={"name": "X", "description": None}), operation(values={"name": "X"})),
    "values as text": (
        operation(values='{"name": "X", "estimated_hours": "2 hours", "keywords": "a, b"}'),
        operation(values={"name": "X", "estimated_hours": 2, "keywords": ["a", "b"]}),
    ),
    "a target type in capitals": (operation(target_type="CONCEPT"), operation()),
    "an index as text": (
        operation(position={"parent_id": "m-1", "index": "2"}),
        operation(position={"parent_id": "m-1", "index": 2}),
    ),
    "a score with its unit": (
        (
            StructureReview,
            {"overall_score": "90/100", "dimension_scores": None, "issues": None, "validation_summary": "s"},
        ),
        (StructureReview, {"overall_score": 90, "validation_summary": "s"}),
    ),
    "a severity by a synonym": (
        (
            StructureReview,
            {
                "overall_score": 9,
                "validation_summary": "s",
                "issues": [{"severity": "Minor", "category": "c", "location": None, "issue": "i", "suggestion": "s"}],
            },
        ),
        (
            StructureReview,
            {
                "overall_score": 9,
                "validation_summary": "s",
                "issues": [{"severity": "warning", "category": "c", "issue": "i", "suggestion": "s"}],
            },
        ),
    ),
    "a number of concepts": (
        (Outline, {"title": "T", "stages": [{"name": "n", "description": "d", "concepts": "3"}]}),
        (Outline, {"title": "T", "stages": [{"name": "n", "description": "d", "concepts": 3}]}),
    ),
    "parts that are absent": (
        (NewParts, {"parts": [{"operation": "0", "stage": None, "concept": CONCEPT}]}),
        (NewParts, {"parts": [{"operation": 0, "concept": CONCEPT}]}),
    ),
    "a name with a comma": (
        (
            FrameworkDraft,
            {
                "title": "T",
                "stages": [
                    {
                        **STAGE,
                        "modules": [
                            {
                                **MODULE,
                                "concepts": [
                                    {**CONCEPT, "name": "Vectors, dot products"},
                                    {**CONCEPT, "name": "B", "prerequisites": "Vectors, dot products, Triads"},
                                ],
                            }
                        ],
                    }
                ],
            },
        ),
        (
            FrameworkDraft,
            {
                "title": "T",
                "stages": [
                    {
                        **STAGE,
                        "modules": [
                            {
                                **MODULE,
                                "concepts": [
                                    {**CONCEPT, "name": "Vectors, dot products"},
                                    {**CONCEPT, "name": "B", "prerequisites": ["Vectors, dot products", "Triads"]},
                                ],
                            }
                        ],
                    }
                ],
            },
        ),
    ),
}
