"""Spans and dates in words: tables of several languages, and a small grammar over them that reads all of a text or
nothing of it."""

from domain.pace.time_words.normal import normal
from domain.pace.time_words.reading import date_named, read_date
from domain.pace.time_words.spans import Span, read_span

__all__ = ["Span", "date_named", "normal", "read_date", "read_span"]
