"""Curricula of arts."""

from nodes.authors.offline_texts.topics import Topic

ARTS: tuple[Topic, ...] = ()
