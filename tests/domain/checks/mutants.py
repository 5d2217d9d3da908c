"""Functions that damage good answers in ways that code can find, each for the rule that has to find it."""

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from bench.eval.answers import Recorded
from domain.vocabulary import ContentType

Answer = dict[str, Any]
Damage = Callable[[Answer, Recorded, Sequence[Recorded]], Answer | None]
"""Damages a copy of an answer; None where the answer has nothing of the kind. The last argument: all good answers."""

TUTORIAL, RESOURCES, QUIZ = ContentType.TUTORIAL, ContentType.RESOURCES, ContentType.QUIZ
CHAT: Final = {
    "en": ("Sure! Here is the tutorial you asked for.", "Let me know if you want more examples!"),
    "de": ("Gerne! Hier ist die Lektion.", "Lass mich wissen, ob du noch etwas brauchst!"),
    "es": ("¡Claro! Aquí tienes el tutorial.", "¡Espero que esto te ayude!"),
    "zh": ("好的！以下是为您准备的教程。", "希望这篇教程对你有所帮助！"),
    "ja": ("もちろんです！以下がレッスンです。", "お役に立てれば幸いです。"),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    rule: str
    name: str
    content_type: ContentType
    damage: Damage

    def answers(self, good: Recorded, everything: Sequence[Recorded]) -> Iterator[Answer]:
        """Yield the damaged answer, if there is one."""
        if good.content_type is self.content_type:
            damaged = self.damage(copy.deepcopy(good.answer), good, everything)
            if damaged is not None and damaged != good.answer:
                yield damaged


def edit(change: Callable[[str, str], str]) -> Damage:
    """Return a damage of a tutorial's content; `change` takes it and its language."""
    return lambda answer, good, _: answer | {"content": change(answer["content"], good.data["language"])}


def each(items: str, change: Callable[[dict[str, Any], int], dict[str, Any]]) -> Damage:
    """Return a damage of each question or resource; `change` maps one and its index to the changed fields."""
    return lambda answer, _, __: {
        **answer,
        items: [item | change(item, index) for index, item in enumerate(answer[items])],
    }


def first(items: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Damage:
    return each(items, lambda item, index: {} if index else change(item))


def other(answer: Answer, good: Recorded, everything: Sequence[Recorded]) -> Answer | None:
    """Return the answer about another concept of the same roadmap, or of another one of the same language."""
    of_type = [one for one in everything if one.content_type is good.content_type and one.subject != good.subject]
    near = [one for one in of_type if one.concepts == good.concepts] or [
        one for one in of_type if one.data["language"] == good.data["language"]
    ]
    return cast(Answer, near[0].answer) if near else None


def in_another_language(answer: Answer, good: Recorded, everything: Sequence[Recorded]) -> Answer | None:
    """Return an answer in another language that declares the one that was asked for."""
    language = good.data["language"]
    foreign = [one for one in everything if one.content_type is good.content_type and one.data["language"] != language]
    wrong: Answer = copy.deepcopy(foreign[0].answer)
    return wrong | {"language": language} if "language" in wrong else wrong


def code(language: str, pattern: str, replacement: str) -> Damage:
    """Return a damage of the first block of a language in which a pattern occurs."""
    block = re.compile(rf"(```(?:{language})\n(?:(?!```).)*?){pattern}", re.DOTALL)
    return edit(lambda text, _: block.sub(lambda match: match[1] + replacement, text, count=1))


def block(language: str, source: str) -> Damage:
    """Return a damage that adds a block of code before the last section."""
    return sentence(f"```{language}\n{source}\n```")


def sentence(*texts: str) -> Damage:
    """Return a damage that adds a paragraph before the last section."""
    added = "\n\n".join(texts)
    return edit(lambda text, _: f"\n\n{added}\n\n## ".join(text.rsplit("\n## ", 1)))


def without_exercise(text: str, _: str) -> str:
    """Cut the sections with an exercise off, and what follows them."""
    return re.split(r"^#+ [^\n]*(?:Exercise|Your turn|Practice|Übung|Aufgabe|Ejercicio|Práctica|练习|練習)", text,
                    maxsplit=1, flags=re.MULTILINE)[0]  # fmt: skip


def fitted(change: Callable[[dict[str, Any], int], dict[str, Any]]) -> Damage:
    """Return a damage of each question of a quiz that was written for a lesson of a course with a book."""
    damage = each("questions", change)
    return lambda answer, good, everything: damage(answer, good, everything) if good.book else None


def foreign(pattern: str, replacement: str) -> Damage:
    """Return a damage of the SQL that a question shows or asks for."""
    asked = re.compile(r"```sql\n.*?```|`SELECT [^`]*`", re.DOTALL)

    def change(question: dict[str, Any], _: int) -> dict[str, Any]:
        texts = [question["question"], *question["options"]]
        texts = [asked.sub(lambda code: re.sub(pattern, replacement, code[0]), text) for text in texts]
        return {"question": texts[0], "options": texts[1:]}

    return fitted(change)


def arrives_elsewhere(answer: Answer, _: Recorded, __: Sequence[Recorded]) -> Answer | None:
    """Let the explanation of the first single choice arrive at a wrong option."""
    for question in answer["questions"]:
        key = question["correct_answer"][0]
        wrong = question["options"][key - 1]
        if question["question_type"] == "single_choice" and len(wrong) < 50 and question["options"][key] not in wrong:
            question["explanation"] = f"Step by step one gets = {wrong}."
            return answer
    return None


def longest_right(question: dict[str, Any], _: int) -> dict[str, Any]:
    right = question["correct_answer"]
    addition = ", because of what the lesson says about it and what follows from that"
    return {"options": [option + addition * (index in right) for index, option in enumerate(question["options"])]}


M: Final = Mutant
MUTANTS: Final = (
    M("text.control_characters", "form feed of \\frac", TUTORIAL, sentence("The ratio is $\x0crac{3}{2}$.")),
    M(
        "text.control_characters",
        "NUL in an option",
        QUIZ,
        first("questions", lambda q: {"explanation": q["explanation"] + "\x00"}),
    ),
    M(
        "text.refusal",
        "apology first",
        TUTORIAL,
        edit(lambda text, _: "I'm sorry, but I can't help with that.\n\n" + text),
    ),
    M("text.chat", "greeting", TUTORIAL, edit(lambda text, language: f"{CHAT[language][0]}\n\n{text}")),
    M("text.chat", "farewell", TUTORIAL, edit(lambda text, language: f"{text}\n\n{CHAT[language][1]}\n")),
    M("text.chat", "speaks of itself", TUTORIAL, sentence("As an AI language model, I cannot try this myself.")),
    M("text.placeholder", "TODO", TUTORIAL, sentence("TODO: explain this")),
    M("text.placeholder", "to be added", TUTORIAL, sentence("[Insert an example of your own here]")),
    M("text.placeholder", "content follows", TUTORIAL, sentence("[Content goes here]")),
    M("text.lessons", "later lesson", TUTORIAL, sentence("In lesson 27 we come back to this.")),
    M("text.lessons", "lesson zero", TUTORIAL, sentence("As you saw in lesson 0, this is easy.")),
    M("text.language", "other language", TUTORIAL, in_another_language),
    M("text.language", "other language", QUIZ, in_another_language),
    M("text.language", "other language", RESOURCES, in_another_language),
    M("text.language", "declares another one", TUTORIAL, lambda answer, _, __: answer | {"language": "fr"}),
    M("text.subject", "other concept", TUTORIAL, other),
    M("text.subject", "other concept", QUIZ, other),
    M("text.subject", "other concept", RESOURCES, other),
    M("text.danger", "cleaning", TUTORIAL, sentence("For a stronger cleaner, mix bleach with ammonia in a bucket.")),
    M("text.danger", "medicine", TUTORIAL, sentence("You can stop the medication on your own when you feel better.")),
    M("text.danger", "disk", TUTORIAL, sentence("If the disk is full, run `sudo rm -rf /` and start again.")),
    M("text.danger", "training", TUTORIAL, sentence("Champions keep going through chest pain, and so will you.")),
    M("code.syntax", "SELECT misspelt", TUTORIAL, code("sql", r"SELECT\b", "SELEC")),
    M("code.syntax", "colon left out", TUTORIAL, code("python", r":(?=\n    )", "")),
    M("code.syntax", "bracket left out", TUTORIAL, code("js|javascript", r"\);", ";")),
    M("code.syntax", "Python added", TUTORIAL, block("python", "for i in range(3)\n    print(i)")),
    M("code.syntax", "JSON added", TUTORIAL, block("json", '{"a": 1,, "b": [1, 2}')),
    M("code.syntax", "SQL added", TUTORIAL, block("sql", "SELECT name FROM WHERE id = 3;")),
    M("code.syntax", "TypeScript added", TUTORIAL, block("ts", "interface A { name: string\nfunction f( {")),
    M("code.names", "renamed name", TUTORIAL, block("python", "values = [1, 2]\nprint(sum(vals))")),
    M("code.names", "missing function", TUTORIAL, block("python", "import math\nprint(math.square_root(2))")),
    M("tutorial.title", "blank", TUTORIAL, lambda answer, _, __: answer | {"title": " "}),
    M("tutorial.headings", "no sections", TUTORIAL, edit(lambda text, _: re.sub(r"(?m)^#+ ", "", text))),
    M("tutorial.fence", "never closed", TUTORIAL, edit(lambda text, _: text + "\n```text\nthe end")),
    M("tutorial.exercise", "cut off", TUTORIAL, edit(without_exercise)),
    M(
        "tutorial.size",
        "first lines only",
        TUTORIAL,
        edit(lambda text, _: text[:300].rsplit("\n", 1)[0].replace("```", "")),
    ),
    M(
        "tutorial.size",
        "far too long",
        TUTORIAL,
        edit(lambda text, _: text + "".join(f"\n\nPart {n} of {n * n} says {n * 7} things." for n in range(2_500))),
    ),
    M("tutorial.minutes", "a week", TUTORIAL, lambda answer, _, __: answer | {"estimated_completion_time": 2_400}),
    M(
        "tutorial.minutes",
        "seconds",
        TUTORIAL,
        lambda answer, _, __: answer | {"estimated_completion_time": answer["estimated_completion_time"] * 60},
    ),
    M(
        "tutorial.repetition",
        "loop",
        TUTORIAL,
        edit(lambda text, _: text + "\n\nRemember what was said, since it is the most important thing here." * 9),
    ),
    M("quiz.size", "two questions", QUIZ, lambda answer, _, __: answer | {"questions": answer["questions"][:2]}),
    M("quiz.ids", "same id", QUIZ, each("questions", lambda _, __: {"question_id": "q1"})),
    M(
        "quiz.repetition",
        "a question twice",
        QUIZ,
        lambda answer, _, __: (
            answer | {"questions": [*answer["questions"], answer["questions"][0] | {"question_id": "q9"}]}
        ),
    ),
    M(
        "quiz.structure",
        "keys that do not exist",
        QUIZ,
        first("questions", lambda q: {"correct_answer": [len(q["options"])]}),
    ),
    M(
        "quiz.structure",
        "two keys",
        QUIZ,
        first("questions", lambda _: {"question_type": "single_choice", "correct_answer": [0, 1]}),
    ),
    M(
        "quiz.structure",
        "no wrong option",
        QUIZ,
        first(
            "questions",
            lambda q: {"question_type": "multiple_choice", "correct_answer": list(range(len(q["options"])))},
        ),
    ),
    M(
        "quiz.structure",
        "an option twice",
        QUIZ,
        first("questions", lambda q: {"options": [*q["options"][:-1], q["options"][0]]}),
    ),
    M("quiz.structure", "blank option", QUIZ, first("questions", lambda q: {"options": [*q["options"][:-1], " "]})),
    M("quiz.structure", "no explanation", QUIZ, first("questions", lambda _: {"explanation": ""})),
    M("quiz.explanation", "see above", QUIZ, each("questions", lambda _, __: {"explanation": "See above."})),
    M(
        "quiz.explanation",
        "is correct",
        QUIZ,
        first("questions", lambda _: {"explanation": "This is the correct answer."}),
    ),
    M(
        "quiz.explanation",
        "repeats its option",
        QUIZ,
        first("questions", lambda q: {"explanation": f"The correct answer is {q['options'][q['correct_answer'][0]]}."}),
    ),
    M(
        "quiz.letters",
        "letter",
        QUIZ,
        first("questions", lambda q: {"explanation": f"Option B is right. {q['explanation']}"}),
    ),
    M(
        "quiz.letters",
        "place",
        QUIZ,
        first("questions", lambda q: {"explanation": f"{q['explanation']} The second option is wrong."}),
    ),
    M("quiz.key", "another result", QUIZ, arrives_elsewhere),
    M("quiz.lengths", "reasons in the right options", QUIZ, each("questions", longest_right)),
    M("quiz.outcome", "none", QUIZ, fitted(lambda _, index: {} if index else {"outcome": ""})),
    M("quiz.outcome", "unknown", QUIZ, fitted(lambda _, index: {} if index else {"outcome": "o7"})),
    M("quiz.outcomes", "always the first", QUIZ, fitted(lambda _, __: {"outcome": "o1"})),
    M("quiz.heading", "none", QUIZ, fitted(lambda _, index: {} if index else {"heading": ""})),
    M("quiz.heading", "invented", QUIZ, fitted(lambda _, index: {} if index else {"heading": "Further reading"})),
    M("quiz.heading", "title of the lesson", QUIZ, fitted(lambda _, __: {"heading": "The lesson"})),
    M("quiz.names", "other tables", QUIZ, foreign(r"\b(books|loans|members)\b", r"shop_\1")),
    M("quiz.names", "another table", QUIZ, foreign(r"FROM (\w+)", "FROM employees")),
    M("quiz.names", "another column", QUIZ, foreign(r"SELECT (\w+)\b(?!\()", "SELECT salary")),
    M("resources.empty", "none", RESOURCES, lambda answer, _, __: answer | {"resources": []}),
    M("resources.title", "blank", RESOURCES, first("resources", lambda _: {"title": " "})),
    M(
        "resources.url",
        "no scheme",
        RESOURCES,
        first("resources", lambda r: {"url": r["url"].removeprefix("https://")}),
    ),
    M("resources.url", "search words", RESOURCES, first("resources", lambda r: {"url": f"search for {r['title']}"})),
    M(
        "resources.repetition",
        "one page twice",
        RESOURCES,
        lambda answer, _, __: answer | {"resources": [*answer["resources"], answer["resources"][0]]},
    ),
    M(
        "resources.front_pages",
        "front pages only",
        RESOURCES,
        each("resources", lambda r, _: {"url": "/".join(r["url"].split("/")[:3]) + "/"}),
    ),
)
