"""A key that the explanation contradicts is asked about; explanations that speak of wrong options pass."""

import pytest

from domain.checks.contradictions import contradicted_by
from domain.contents import Question

GOOD = [
    (["`HAVING`", "`WHERE`", "`ORDER BY`"], 0, "`WHERE` filters rows before grouping, so it cannot see the count."),
    (["6", "8", "5"], 0, "3 · 2 = 6; adding gives 5, which is the usual slip."),
    (["$6x$", "$6$", "$3x$"], 0, "$f'(x) = 6x$ by the power rule."),
    (["150 g", "15 g"], 0, "A tenth of 1.5 kg. With 15 g the dough does not rise."),
    (["E4", "E5"], 1, "The e-pawn has moved one square = one tempo; E4 came first."),
    (["ser", "estar"], 1, "A state that changes. «Soy cansado» = ser, which natives do not say, so estar."),
    (["Answer in 14 days", "Answer in 30 days"], 0, "Section 7 sets two weeks. Consumers have 30 days."),
    (["C major", "A minor"], 1, "The third is minor. C–E–G gives a major chord."),
    (["`=SUMME(A1:A3)`", "`=A1+A3`"], 0, "`=A1+A3` leaves out the cell between them."),
    (["120 bpm", "150 bpm"], 0, "220 − 40 = 180, of which two thirds; 150 bpm is tempo pace."),
    (["它不变", "它变大"], 0, "因为质量守恒，反应前 = 反应后。"),
    (["1.5", "1", "2"], 0, "3 / 2 = 1.5, since `/` divides floats; `//` gives 1."),
]
BAD = [
    (["$BA$", "$AB$", "$A + B$"], 0, "$A(Bx) = (AB)x$: the map that acts first stands next to the vector."),
    (["$5$", "$6$"], 0, "$|\\det A| = |3\\cdot 2 - 1\\cdot 0| = 6$."),
    (["`[1, 2]`", "`[2, 1]`"], 0, "`sorted` with `reverse=True` returns `[2, 1]`."),
    (["12 mmol", "14 mmol"], 1, "0.5 l × 24 mmol/l = 12 mmol."),
    (["NaCl", "KCl"], 1, "Na⁺ + Cl⁻ → NaCl"),
    (["3", "4"], 0, "The loop prints **4**."),
]


def question(options: list[str], key: int, explanation: str) -> Question:
    return Question(
        question_id="q1", question_type="single_choice", question="What?", options=options, correct_answer=[key],
        explanation=explanation, difficulty="easy",
    )  # fmt: skip


@pytest.mark.parametrize(("options", "key", "explanation"), GOOD)
def test_an_explanation_may_speak_of_wrong_options(options: list[str], key: int, explanation: str) -> None:
    assert contradicted_by(question(options, key, explanation)) is None


@pytest.mark.parametrize(("options", "key", "explanation"), BAD)
def test_a_key_against_its_own_explanation_is_found(options: list[str], key: int, explanation: str) -> None:
    assert contradicted_by(question(options, key, explanation)) == options[1 - key]


@pytest.mark.parametrize("key", [[], [7], [-1], [0, 1]])
def test_a_key_that_does_not_exist_is_left_to_other_rules(key: list[int]) -> None:
    odd = question(["1", "2"], 0, "1 + 1 = 2").model_copy(update={"correct_answer": key})
    assert contradicted_by(odd) is None
