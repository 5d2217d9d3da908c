"""Kinds of authors by the names in stored rows."""

import pytest

from domain.authors import RULES, AuthorKind, kind_of, recording_of


@pytest.mark.parametrize(
    ("author", "kind"),
    [(RULES, "rules"), (recording_of("December 2026"), "recording"), ("openai:gpt-4.1-mini", "model"), ("", "model")],
)
def test_the_kind_of_an_author_is_read_from_its_name(author: str, kind: AuthorKind) -> None:
    assert kind_of(author) == kind
