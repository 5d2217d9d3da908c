"""What the offline author knows: its topics, its languages, and how it reads a goal."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from domain.request import Preferences
from nodes.authors.offline_texts.chinese import CHINESE
from nodes.authors.offline_texts.english import ENGLISH
from nodes.authors.offline_texts.shape import Discipline, Wording
from nodes.authors.offline_texts.topics import Entry, Match, Topic, find_topics, terms_of
from nodes.authors.offline_texts.topics_arts import ARTS
from nodes.authors.offline_texts.topics_crafts import CRAFTS
from nodes.authors.offline_texts.topics_fields import FIELDS
from nodes.authors.offline_texts.topics_generic import GENERIC
from nodes.authors.offline_texts.topics_numbers import NUMBERS
from nodes.authors.offline_texts.topics_tools import TOOLS
from nodes.authors.offline_texts.words import capital, harmless, plain, subject_of

TOPICS: Final[tuple[Topic, ...]] = (*TOOLS, *FIELDS, *NUMBERS, *ARTS, *CRAFTS)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """How a goal was understood: the subject in words, and the topics with a curriculum (none: the generic one)."""

    subject: str
    own_words: str
    matches: tuple[Match, ...]
    wording: Wording

    @property
    def language(self) -> str:
        return self.wording.language

    @property
    def discipline(self) -> Discipline:
        return self.main.topic.discipline

    @property
    def main(self) -> Match:
        """The field, where a tool is learnt for its sake; else what is named first."""
        return next((match for match in self.matches if match.topic.kind == "field"), self.matches[0])


def wording_for(language: str) -> Wording:
    return CHINESE if language.split("-", 1)[0] == "zh" else ENGLISH


def read_goal(preferences: Preferences) -> Reading:
    return _read(
        preferences.learning_goal, preferences.tech_stack or "", wording_for(preferences.primary_language).language
    )


@lru_cache(maxsize=256)
def _read(goal: str, tech_stack: str, language: str) -> Reading:
    wording = wording_for(language)
    text = harmless(goal)
    own_words = subject_of(goal, wording.plan.work_as)
    matches = find_topics(text, TOPICS) or find_topics(own_words, TOPICS)
    if matches and matches[0].topic.kind == "field" and len(matches) == 1 and matches[0].topic.discipline == "code":
        tools = find_topics(harmless(tech_stack), TOPICS) if tech_stack else ()
        matches = (*(tool for tool in tools[:1] if tool.topic.kind == "tool"), *matches)
    if not matches:
        return Reading(own_words or wording.plan.nothing_named, own_words, (Match(GENERIC, GENERIC.name, 0),), wording)
    names = [match.name.of(language) for match in matches]
    if len(names) == 1:
        subject = names[0]
    elif matches[0].topic.kind == "tool" and matches[1].topic.kind == "field":
        subject = wording.plan.with_tool.format(tool=names[0], field=names[1])
    else:
        subject = wording.plan.both.format(first=names[0], second=names[1])
    return Reading(subject, own_words, matches, wording)


def localised(text: str, match: Match, reading: Reading) -> str:
    """A text of a topic's table with the subject in its place."""
    if "{s}" not in text:
        return text
    subject = reading.subject if match.topic is GENERIC else match.name.of(reading.language)
    return capital(plain(text.replace("{s}", subject), 80))


@lru_cache(maxsize=256)
def terms_by_name(reading: Reading) -> dict[str, list[str]]:
    """The key terms of every concept in the goal's curricula, by the name it has there."""
    named = {
        localised(entry.name.of(reading.language), match, reading): entry
        for match in reading.matches
        for entry in match.topic.concepts()
    }
    return {name: terms_for(entry, name, reading.language) for name, entry in named.items()}


@lru_cache(maxsize=256)
def capstones(reading: Reading) -> dict[str, list[str]]:
    """The two concepts of the learner's own project, and their key terms."""
    capstone = reading.wording.practice[reading.discipline].capstone
    about = max(reading.own_words, reading.subject, key=len) if reading.own_words else reading.subject
    return {capital(plain(name.format(s=about), 80)): list(terms) for name, terms in (capstone.plan, capstone.build)}


def terms_for(entry: Entry, name: str, language: str) -> list[str]:
    return list(entry.terms_zh if language == "zh" else entry.terms) or terms_of(name, language)
