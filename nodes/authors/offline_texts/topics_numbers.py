"""Curricula of numbers."""

from nodes.authors.offline_texts.topics import Topic

NUMBERS: tuple[Topic, ...] = ()
