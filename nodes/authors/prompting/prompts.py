"""Prompts for chat models: for each role a fixed system message, and a user message that holds the data.

Texts of learners, models and web pages are data. They are limited in length, and go as JSON between two marks that
they cannot forge (`<` and `>` are escaped), never into the system message.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from nodes.authors.briefs import AuthorRole, Brief, ContentBrief, FrameworkBrief, OutlineBrief, StageBrief
from nodes.authors.prompting.content_rules import (
    AS_MARKDOWN,
    AS_SHOWN,
    CONTENT_TASKS,
    CRITIQUE_TASK,
    IN_DATA,
    LANGUAGE,
    LESSON,
    MATERIAL,
    ONE_OBJECT,
    PURPOSE,
    REWRITE,
    WISHES,
)
from nodes.authors.prompting.course import SharedPart, shared_part
from nodes.authors.prompting.data_blocks import MAX_DATA_LENGTH, MAX_TEXT_LENGTH, cut, fitted, length_of, marked
from nodes.authors.prompting.prompt_data import ASKED_FOR, data_of, earlier_data
from nodes.authors.repairs import INSTRUCTIONS, Repair
from nodes.authors.schemas import MAX_ITEMS, schema_of

MIN_LEAK_LENGTH: Final = 50
"""Characters of a sentence of the rules that no answer repeats by chance."""

_COMMON: Final = f"{PURPOSE}{ONE_OBJECT}{IN_DATA}{MATERIAL}{LANGUAGE}"
_TASKS: Final[dict[AuthorRole, str]] = {
    **CONTENT_TASKS,
    AuthorRole.INTENT: (
        "Say what the learner wants to be able to do, what it takes, what is missing so far, and how the "
        "learning should be weighted. `content_format_weights` maps text, visual, audio and hands_on to parts of 1."
    ),
    AuthorRole.FRAMEWORK: (
        "Design the roadmap: stages in learning order, each with modules, each with concepts that one sitting or a "
        "few can teach. At most `max_concepts` concepts in all; the hours of all concepts together must fit the "
        "learner's "
        "hours a week and deadline. `prerequisites` are exact names of concepts that come earlier in the roadmap. "
        "Every name is specific and occurs once; what the learner knows already is left out."
    ),
    AuthorRole.OUTLINE: (
        "Design the stages of the roadmap in learning order, without their modules. `concepts` says how many concepts "
        "a stage will hold, `hours` how long it takes; all stages together at most `max_concepts`, and as many "
        "concepts and hours as the learner's hours a week and deadline have room for. Names are specific and occur "
        "once."
    ),
    AuthorRole.STAGE: (
        "Write the modules and concepts of the one stage that `stage` names, about `concepts_wanted` concepts and no "
        "more; their hours add up to those of `stage`. `outline` shows the stages around it. `earlier_concepts` are "
        "taught before: do not teach them again; `prerequisites` are exact names among them, or of concepts that come "
        "earlier in this stage."
    ),
    AuthorRole.STRUCTURE_REVIEW: (
        "Judge the roadmap as an experienced teacher of its subject: does it lead to the goal, in an order that can be "
        "learned, without gaps and repetitions, within the hours? An issue is critical only where the learner could "
        "not reach the goal; `location` is the id of the part it is about. Scores run from 0 to 100."
    ),
    AuthorRole.EDIT_PLAN: (
        "Plan the edits that follow the feedback and mend the issues, and touch nothing else. Operations name parts by "
        "id: remove, rename (`values.name`), move (`position`), change (`values`: description, estimated_hours, "
        "difficulty, prerequisites as ids, keywords), and add, which has no `target_id` but a `position` with the "
        "`parent_id`, and says in `values.name` and `reason` what the new part is about. The roadmap keeps at most "
        "`max_concepts` concepts. Two more operations leave the structure as it is: rewrite (`concept_ids`, "
        "`content_types`, and `wish`: what is wanted of these contents alone) has existing contents written again, "
        "and revert (`target_id`, `content_types`, `version`) puts an older version back exactly. A new concept is "
        "written anyway: rewrite only what the feedback names. A lesson that changes much needs its quiz rewritten "
        "too. What the feedback leaves unclear is not guessed: leave it out and say so in `feedback_summary`."
    ),
    AuthorRole.NEW_PARTS: (
        "Write the new parts that `additions` call for. `operation` is the number given there, and exactly one of "
        "stage, module and concept is filled: the one that is asked for. `prerequisites` are exact names of "
        "concepts of the "
        "roadmap. Names that exist already are not used again. Where there is a `course`, `plans` holds the plan of "
        "each new concept, under its exact name: three to five `outcomes` that begin with “can” or its equivalent in "
        "the language, what it `teaches` and `leaves_out` beside `taught_by_concept`, `misconceptions`, and `lessons` "
        "of at most 45 minutes each whose minutes add up to the hours of the concept."
    ),
    AuthorRole.COURSE_BOOK: (
        "Write what all lessons of the roadmap share, so that they fit together, as the author of a textbook would. "
        "`glossary`: ten to thirty terms that several lessons use, each with one meaning and the one notation that all "
        "use. `example`: one running example or data set that can carry every lesson, small enough to be read, with "
        "its complete code: for SQL the DDL and all rows, for programs the code that lessons build on; null where the "
        "subject needs none. `tools`: each language and tool with the version that all lessons use. `project`: one "
        "project that the learner builds with what was learned, with a step for every stage (`stage_id` is its id) "
        "that builds on the steps before. Heed `warnings`, which a review of the roadmap left."
    ),
    AuthorRole.CONCEPT_PLANS: (
        "Plan the lessons of `concepts`, one plan for each under its id. `outcomes`: three to five things that the "
        "learner can do afterwards and that a question can test; each begins with “can” or its equivalent in the "
        "language. `teaches` and `leaves_out` draw the line to the other concepts of `roadmap`: what one teaches, the "
        "others build on and do not explain again. `misconceptions`: what learners get wrong about it. `lessons`: one "
        "lesson where `minutes` is about an hour or less, else a chain of lessons of at most 45 minutes each; the "
        "minutes of all lessons of a concept add up to its `minutes`. Use the terms, the example and the tools of "
        "`course`."
    ),
    AuthorRole.QUIZ_KEY: (
        "Answer each question as somebody who knows the subject well and was not told the key. `correct_answer` holds "
        "the indices of all right options, from 0; it is empty where no option is right, more are right than the type "
        "allows, or the question cannot be understood. Answer every question under its `question_id`."
    ),
    AuthorRole.CRITIQUE: CRITIQUE_TASK,
}
_HINTS: Final = {"present_version": REWRITE, "earlier_wishes": WISHES, "lesson": LESSON}
"""What is said about fields of the data that a prompt has."""
_CHANGE: Final = (
    "A person asked for a change: `asked_for` holds all their words, oldest first; where two contradict each other, "
    "the later one counts. `accepted_roadmap` is the roadmap before the change, if it differs by now, `roadmap` the "
    "proposal, and `content_changes` says which contents will be written again or put back. "
)
_CHANGE_TASKS: Final[Mapping[AuthorRole, str]] = {
    AuthorRole.STRUCTURE_REVIEW: (
        "Judge first whether these words were followed, and nothing else was changed: where not, that is critical too. "
        "What the person has thrown out is not missing, and what stayed from the accepted roadmap is no new fault."
    ),
    AuthorRole.EDIT_PLAN: (
        "Later plans add to `content_changes`: a rewrite of a content that is in there replaces it, and a revert to "
        "its newest version (1 where `versions` does not name it) takes it back. `learned` are concepts that "
        "the person has learned: rewrite their contents only where the words ask for it. Never undo what the words "
        "asked for."
    ),
    AuthorRole.NEW_PARTS: "Follow what they say about the new parts.",
}
"""The instruction to each role about a change that a person has asked for."""
_TASKS[AuthorRole.LESSON] = (
    "The tutorial of the concept is a chain of lessons that are written side by side, by the plan in the data. Write "
    "the one that `lesson_plan` names, for that many minutes in all; what the titles of the others promise is left to "
    "them. Its code needs nothing that another lesson defines. It shows a worked example, then one that is half "
    "worked, then at least one exercise; each exercise has its solution folded in `<details>`. It corrects what "
    "`misconceptions` say. " + _TASKS[AuthorRole.TUTORIAL]
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages of one call. `schema` is the JSON schema of the answer, named after the role."""

    system: str
    user: str
    schema: dict[str, Any]
    data_length: int
    """Characters of the data in `user`, without the course book."""
    rules: str
    """The fixed sentences in both messages, which no answer repeats."""
    course: str = ""
    """The course book, with which `user` begins in every content prompt of a run; empty without one."""


def prompt_for(
    brief: Brief[Any],
    objections: Sequence[str] = (),
    *,
    repair: Repair | None = None,
    as_markdown: bool = False,
    with_schema: bool = False,
    cut_off: int = 0,
    max_data: int = MAX_DATA_LENGTH,
    max_words: int | None = None,
    most_concepts: int | None = None,
    course_window: int | None = None,
) -> Prompt:
    """Return the prompt for a brief. `objections`: problems of earlier answers, oldest first.

    A content of a roadmap with a course book begins with the part that all of them share (prompting/course.py), which
    is cut for `course_window`, the tokens of the smallest window of the models that write contents.

    With `repair` it asks for parts of the former answer, which it holds in full. `as_markdown`: the answer is a lesson
    that is best written as Markdown, with its other fields in a header.

    `with_schema` adds the schema to the message, for models that are not held to one. `cut_off` is how many of the
    earlier answers were cut off: the schema then allows less, since a model may ignore a request to be brief.
    `max_data`: characters of the data. `max_words` of an answer and `most_concepts` of a stage are told if given.
    """
    schema = schema_of(brief.role, repair.shape if repair else brief.shape, _most_parts(brief), cut_off, brief.unasked)
    material = _material(brief, repair, max_data)
    data = marked("data", material, compact=max_data < MAX_DATA_LENGTH)
    shared = _shared(brief, course_window)
    task = brief.task or _TASKS[brief.role]
    lines = [shared.course] if shared else []
    lines += [f"Write the {brief.role.replace('_', ' ')} for this data.", data]
    if shared and not shared.has_task(brief):
        lines.append(task)
    if max_words is not None:
        lines.append(f"The whole answer has at most {max_words} words.")
    if most_concepts is not None and isinstance(brief, OutlineBrief):
        lines.append(f"No stage holds more than {most_concepts} concepts; make more stages instead.")
    if as_markdown:
        lines.append(AS_MARKDOWN)
    elif with_schema:
        lines.append(f"The answer is one JSON object of this schema:\n{json.dumps(schema, ensure_ascii=False)}")
    lines += [hint for name, hint in _HINTS.items() if name in material]
    if ASKED_FOR in material:
        lines.append(_CHANGE + _CHANGE_TASKS[brief.role])
    if repair:
        lines.append(INSTRUCTIONS)
    elif objections:
        problems = [cut(text, MAX_TEXT_LENGTH) for text in objections]
        lines.append("Earlier answers could not be used. Answer anew, with what is said here mended:")
        lines.append(marked("data", problems))
    common = _COMMON.replace(ONE_OBJECT, AS_SHOWN) if as_markdown else _COMMON
    system = shared.rules if shared else f"{common}\n\n{task}"
    return Prompt(
        system,
        "\n\n".join(lines),
        schema,
        len(data),
        rules=f"{system}\n\n{task}" if shared else system,
        course=shared.course if shared else "",
    )


def _shared(brief: Brief[Any], window: int | None) -> SharedPart | None:
    """Return what the prompts of all contents of a run begin with; None for other roles and without a course book."""
    if not isinstance(brief, ContentBrief) or brief.book is None:
        return None
    return shared_part(brief.book, brief.framework, window)


def _material(brief: Brief[Any], repair: Repair | None, max_data: int) -> dict[str, Any]:
    """Return the data of a prompt. A former answer is whole, a version at hand and a lesson only where they have room.

    A repair begins with the former answer: the version before it is left out.
    """
    data = data_of(brief)
    if ASKED_FOR in data:  # a person's words are whole, whatever else is cut for a small context window
        words = {name: data.pop(name) for name in (ASKED_FOR, "feedback") if name in data}
        room = max(max_data - length_of(words), max_data // 4)
        return {**fitted(data, room if max_data < MAX_DATA_LENGTH else max_data), **words}
    if repair is not None:
        return {**fitted(data, max_data), **repair.data()}
    earlier = earlier_data(brief)
    if max_data == MAX_DATA_LENGTH and length_of(earlier) <= MAX_DATA_LENGTH // 2:
        return {**fitted(data, max_data), **earlier}
    shorter: dict[str, Any] = fitted({**data, **earlier}, max_data)
    return shorter


def leaks(rules: str, answer: str) -> bool:
    """Return whether an answer repeats a sentence of the rules."""
    folded = _folded(answer)
    return any(sentence in folded for sentence in _sentences(rules))


@lru_cache(maxsize=64)
def _sentences(rules: str) -> list[str]:
    """Return the sentences of the rules that are long enough to be recognised."""
    folded = map(_folded, re.split(r"(?<=[.:;])\s", rules))
    return [sentence for sentence in folded if len(sentence) >= MIN_LEAK_LENGTH]


def _folded(text: str) -> str:
    return " ".join(text.replace('\\"', '"').replace("\\n", " ").casefold().split())


def _most_parts(brief: Brief[Any]) -> int:
    """Return the most parts of one kind: no stage or module is empty, so there are no more of them than concepts."""
    match brief:
        case FrameworkBrief() | OutlineBrief() | StageBrief():
            return min(brief.max_concepts, MAX_ITEMS)
        case _:
            return MAX_ITEMS
