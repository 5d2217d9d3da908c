import pytest

from domain.checks.prose.danger import check_danger


@pytest.mark.parametrize(
    "advice",
    [
        "To free space, run `rm -rf /` as root.",
        "Mix the bleach with some ammonia for a stronger cleaner.",
        "You can stop your medication without asking anybody.",
        "Leave the cooked rice at room temperature overnight.",
        "Replace the socket while the power is still on.",
        "Train through chest pain; it goes away.",
        "Double the dose if it does not work.",
        "Put butter on the burn at once.",
        "Pour water on a grease fire.",
        "Set verify=False in production.",
        "Clean up:\n\n```bash\nsudo rm -rf /\n```\n",
        "Look directly at the sun through the telescope.",
        "Do not wear a helmet; it slows you down.",
        "Push through the chest pain. Then you do not lose a day.",
        "Never skip a session.\n\n## Cleaning\n\nFor stains, mix bleach with vinegar.\n\nDo not use too much.",
    ],
)
def test_advice_that_can_hurt_is_in_doubt(advice: str) -> None:
    assert [finding.rule for finding in check_danger(advice)] == ["text.danger"]


@pytest.mark.parametrize(
    "warning",
    [
        "Never run `rm -rf /`: it deletes the whole disk.",
        "Do not mix bleach with ammonia.",
        "Avoid leaving cooked rice at room temperature overnight.",
        "`rm -rf ./build` removes the folder.",
        "## What you must never do\n\nMix bleach with ammonia, for example.",
        "Never do any of this:\n\n- leave the water running\n\n- mix bleach with ammonia",
        "Mixing bleach with ammonia releases a toxic gas.",
        "Pour the water and the oil into the bowl.",
        "Use vinegar against lime and bleach against mould.",
        "You may keep cooked rice at room temperature for 2 hours at most.",
        "Never do this:\n\n```bash\nsudo rm -rf /\n```\n",
        "```python\nf\"SELECT * FROM users WHERE name = '{name}'\"  # vulnerable\n```\n",
        "Take 15 mg paracetamol for each kilogram.",
        "Some people mix bleach with ammonia. The gas is poisonous.",
        "A common mistake is to train through chest pain.",
        "Keep the eggs at room temperature for ten minutes before you bake.",
    ],
)
def test_a_warning_passes(warning: str) -> None:
    assert not list(check_danger(warning))
