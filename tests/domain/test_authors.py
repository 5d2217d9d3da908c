"""Kinds of authors by the names in stored rows."""

import pytest

from domain.authors import RULES, AuthorKind, kind_of, recording_of
from rendering.text.text import BY_RULES, origin_note


@pytest.mark.parametrize(
    ("author", "kind"),
    [(RULES, "rules"), (recording_of("December 2026"), "recording"), ("openai:gpt-4.1-mini", "model"), ("", "model")],
)
def test_the_kind_of_an_author_is_read_from_its_name(author: str, kind: AuthorKind) -> None:
    assert kind_of(author) == kind


def test_texts_that_no_model_wrote_say_where_they_are_from() -> None:
    assert origin_note(RULES) == origin_note(None) == BY_RULES
    assert origin_note(recording_of("December 2026")) == (
        "Recorded from a chat model in December 2026, and played back: no model was asked."
    )
