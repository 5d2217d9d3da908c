"""Parsing of spans and dates in words of several languages, by tables and a small grammar that matches whole texts."""

from domain.pace.time_words.normal import normal
from domain.pace.time_words.reading import read_date, read_period
from domain.pace.time_words.spans import Span, read_span

__all__ = ["Span", "normal", "read_date", "read_period", "read_span"]
