"""Curricula of fields."""

from nodes.authors.offline_texts.topics import Topic

FIELDS: tuple[Topic, ...] = ()
