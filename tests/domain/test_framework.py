"""What counts as a draft of a framework."""

import pytest
from pydantic import ValidationError

from domain.checks import check_draft
from domain.framework import FrameworkDraft, StageDraft
from domain.request import Preferences


def test_the_schema_allows_no_empty_part() -> None:
    schema = FrameworkDraft.model_json_schema()
    parts = [schema, schema["$defs"]["StageDraft"], schema["$defs"]["ModuleDraft"]]
    lists = [part["properties"][name] for part, name in zip(parts, ("stages", "modules", "concepts"), strict=True)]
    assert [found["minItems"] for found in lists] == [1, 1, 1]


def test_a_roadmap_without_any_concept_is_a_broken_answer_and_not_one_to_be_edited() -> None:
    draft = FrameworkDraft(title="T", stages=[StageDraft(name="S", description="", modules=[])])
    assert "no concept" in check_draft(draft, Preferences(learning_goal="chess"), None)[0]


def test_a_part_without_a_name_is_a_broken_answer() -> None:
    assert StageDraft(name=" S\n", description="", modules=[]).name == "S"
    with pytest.raises(ValidationError):
        StageDraft(name=" \n", description="", modules=[])
