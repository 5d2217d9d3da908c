"""Read what comes from outside: a gate for every text and number, and a tolerant reader of answers by their shape."""

from nodes.authors.reading.coercion import conform
from nodes.authors.reading.gate import storable, storable_text
from nodes.authors.reading.reader import ReadAnswer, read_answer

__all__ = ["ReadAnswer", "conform", "read_answer", "storable", "storable_text"]
