"""What is said of texts that no model wrote."""

from domain.authors import RULES, recording_of
from rendering.text.text import BY_RULES, origin_note


def test_texts_that_no_model_wrote_say_where_they_are_from() -> None:
    assert origin_note(RULES) == origin_note(None) == BY_RULES
    assert origin_note(recording_of("December 2026")) == (
        "Recorded from a chat model in December 2026, and played back: no model was asked."
    )
