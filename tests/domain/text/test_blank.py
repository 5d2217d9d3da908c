import pytest

from domain.errors import InvalidInput
from domain.request import usable_text
from domain.text.blank import is_blank

INVISIBLE = [
    *("", " \t\n", "\u00a0", "\u3000", "\u2003", "\u200b", "\u200c\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f"),
    *("\u180e", "\u180b", "\ufe0f", "\U000e0041\U000e007f", "\U000e0100", "\u3164", "\u115f\u1160", "\uffa0", "\u2800"),
    *("\u202e\u202c", "\u2066\u2069", "\u200e\u200f", "\u061c", "\x1b", "\u17b4", " \u200b\ufe0f\u3164 "),
]
VISIBLE = ["x", "学", "می‌خواهم", "👩‍👩‍👧‍👦", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "क्‍ष", "\u200bGo\u200b", "-", "é", "e\u0301", "한국어"]


def test_words_of_which_nothing_can_be_seen_are_blank() -> None:
    assert [text for text in INVISIBLE if not is_blank(text)] == []
    for text in INVISIBLE:
        with pytest.raises(InvalidInput, match="instructions: must not be blank"):
            usable_text("instructions", text)


def test_joiners_and_selectors_within_words_are_kept() -> None:
    assert [text for text in VISIBLE if is_blank(text)] == []
    assert [usable_text("instructions", text) for text in VISIBLE] == VISIBLE
