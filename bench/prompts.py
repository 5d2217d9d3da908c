"""Measure the prompts of contents with and without a course book: input tokens a call, and what they cost.

A token is counted as 4 characters, as tokenizers do in the mean for these prompts (4.06 with that of DeepSeek). With a
cache, the shared part is read from it by all calls of a content type but the first. The schema of an answer stands
before it, is cached with it, and differs by type. Without a book, prompts are too short to be cached.
"""

import json
from collections.abc import Mapping
from statistics import mean
from typing import Final, NamedTuple

from domain.course.book import CourseBook
from domain.framework import Framework
from domain.vocabulary import ContentType
from nodes.authors.prices import Prices
from nodes.authors.prompting.course import shared_part
from nodes.authors.prompting.prompts import Prompt, prompt_for
from nodes.authors.usage import TokenCounts
from tests.support.books import BOOK, BRIEF_TYPES, FRAMEWORK, brief_of, large_course

CHARACTERS_PER_TOKEN: Final = 4
MODELS: Final = (
    "openai:gpt-5",
    "anthropic:claude-sonnet-4-5",
    "google_genai:gemini-2.5-pro",
    "deepseek:deepseek-chat",
)
WRITES_COST: Final = frozenset({"anthropic"})
"""Providers that bill input that is written to a cache."""
WINDOWS: Final = (4096, 8192, 16_384, 32_768, 65_536, 131_072)
ANSWERS: Final = {ContentType.TUTORIAL: 4940, ContentType.RESOURCES: 1180, ContentType.QUIZ: 2560}
"""Characters of answers of a strong model, in the mean of 19."""


WORDS: Final = "a topic of the course with its terms, its notation and its usual limits"
"""A line of a plan has about 80 characters."""
NEVER: Final = dict.fromkeys(ANSWERS, 10**9)
SIDE_BY_SIDE: Final = {**dict.fromkeys(ANSWERS, 1), ContentType.TUTORIAL: 30}
"""Lessons begin side by side, 30 at a time; the others follow one by one."""
ONE_FIRST: Final = dict.fromkeys(ANSWERS, 1)


class Bill(NamedTuple):
    """US dollars."""

    whole: float
    input: float


def count(text: str) -> int:
    return len(text) // CHARACTERS_PER_TOKEN


def sent(prompt: Prompt) -> int:
    return count(f"{json.dumps(prompt.schema)}\n\n{prompt.system}\n\n{prompt.user}")


def shared(prompt: Prompt) -> int:
    """Return the tokens of the part that all calls of a content type have in common."""
    return count(f"{json.dumps(prompt.schema)}\n\n{prompt.system}\n\n{prompt.course}") if prompt.course else 0


def prompts_of(book: CourseBook | None, framework: Framework, content_type: ContentType) -> list[Prompt]:
    brief_type = BRIEF_TYPES[content_type]
    return [
        prompt_for(brief_of(concept.concept_id, brief_type, book=book, framework=framework))
        for concept in framework.concepts()
    ]


def bill(model: str, prompts: dict[ContentType, list[Prompt]], cached_after: Mapping[ContentType, int]) -> Bill:
    """Return the price of all contents. `cached_after`: calls of a type before the shared part is in the cache."""
    prices = Prices()
    dollars = dict.fromkeys(("whole", "input"), 0.0)
    for content_type, of_type in prompts.items():
        written = ANSWERS[content_type] // CHARACTERS_PER_TOKEN
        for number, prompt in enumerate(of_type):
            tokens_in, prefix = sent(prompt), shared(prompt)
            is_cached = number >= cached_after[content_type]
            read = prefix if is_cached else 0
            writes = model.partition(":")[0] in WRITES_COST and not is_cached and cached_after != NEVER
            write = prefix if writes else 0
            for name, out in (("whole", written), ("input", 0)):
                tokens = TokenCounts(tokens_in, out, cache_read=read, cache_write=write)
                dollars[name] += prices.usage(model, tokens).cost or 0.0
    return Bill(dollars["whole"], dollars["input"])


def parts_left(book: CourseBook, framework: Framework, window: int) -> str:
    part = shared_part(book, framework, window)
    if part is None:
        return "nothing of the book"
    return f"all but {', '.join(part.left_out)}" if part.left_out else "all"


def main() -> None:
    for name, (book, framework) in {"6 concepts": (BOOK, FRAMEWORK), "30 concepts": large_course(30, WORDS)}.items():
        before = {content_type: prompts_of(None, framework, content_type) for content_type in ANSWERS}
        after = {content_type: prompts_of(book, framework, content_type) for content_type in ANSWERS}
        print(f"{name}: input tokens a call\n")
        print("| content | without a book | with the book | of them shared | answer |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for content_type in ANSWERS:
            means = [round(mean(map(sent, prompts[content_type]))) for prompts in (before, after)]
            prefix, answer = shared(after[content_type][0]), ANSWERS[content_type] // CHARACTERS_PER_TOKEN
            print(f"| {content_type} | {means[0]} | {means[1]} | {prefix} | {answer} |")
        print(
            "\n| model | without a book | with it, no cache | cached behind 30 lessons | cached behind the first call |"
        )
        print("| --- | ---: | ---: | ---: | ---: |")
        for model in MODELS:
            usual = bill(model, before, NEVER)
            changes = [
                bill(model, after, cached).whole / usual.whole - 1 for cached in (NEVER, SIDE_BY_SIDE, ONE_FIRST)
            ]
            row = " | ".join(f"{change:+.1%}" for change in changes)
            print(f"| {model} | ${usual.whole:.4f} (input {usual.input / usual.whole:.0%}) | {row} |")
        print("\n| window | left of the shared part |\n| ---: | --- |")
        for window in WINDOWS:
            print(f"| {window} | {parts_left(book, framework, window)} |")
        print()
