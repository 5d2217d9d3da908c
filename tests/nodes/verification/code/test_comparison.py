"""What a reader would call the same output is the same, and a changed digit is not."""

import pytest

from nodes.verification.code.comparison import agrees


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ("6.28", "6.283185307179586"),
        ("0.30000000000000004", "0.3"),
        ("[ 5. -3.]", "[5. -3.]"),
        ("[[1 2]\n [3 4]]", "[[1 2] [3 4]]"),
        ("1e-16", "2.2e-16"),
        ("a  b   \n\nc", "a b\nc\n"),
        ("<object at 0x7f3c5a1b2d30>", "<object at 0x55aa>"),
        ("took 1.25 s", "took 0.03 s"),
        ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
        ('["x"]', "['x']"),
        ("(np.float64(2.0), 1)", "(2.0, 1)"),
        ("1\n...\n9", "1\n2\n3\n9"),
        ("1\n2\n…", "1\n2\n3"),
    ],
)
def test_a_difference_that_nobody_would_call_wrong_is_none(shown: str, real: str) -> None:
    assert agrees(shown, real)


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ("13", "12"),
        ("3.4", "3"),
        ("6.29", "6.283185307179586"),
        ("[ 8. -3.]", "[ 5. -3.]"),
        ("True", "False"),
        ("1\n2", "1\n2\n3"),
        ("", "1"),
        ("1\n...\n8", "1\n2\n3\n9"),
        ("-3", "3"),
        ("{'a': 1}", "{'a': 2}"),
        ("2.2e-3", "2.5e-3"),
    ],
)
def test_a_false_output_is_not_taken_for_the_real_one(shown: str, real: str) -> None:
    assert not agrees(shown, real)
