from domain.framework import Outline, StageOutline


def test_an_outline_without_hours_is_the_same_part_of_a_ledger_key_as_before() -> None:
    """A field more in this JSON would make resumed runs buy their stages again."""
    old = {"title": "T", "stages": [{"name": "S", "description": "", "concepts": 2}]}
    assert Outline.model_validate(old).model_dump(mode="json") == old


def test_the_hours_of_a_stage_are_kept() -> None:
    stage = StageOutline(name="S", description="", concepts=2, hours=4.5)
    assert StageOutline.model_validate(stage.model_dump(mode="json")) == stage
