"""A framework in parts: each is a slice of the one that is written whole."""

from domain.framework import FrameworkDraft, Outline, StageOutline, StageParts
from nodes.authors.offline_texts.frameworks import write_framework
from nodes.authors.port import OutlineBrief, StageBrief


def write_outline(brief: OutlineBrief) -> Outline:
    return outline_of(write_framework(brief.request.preferences, brief.max_concepts, brief.weeks))


def outline_of(whole: FrameworkDraft) -> Outline:
    stages = [
        StageOutline(
            name=stage.name,
            description=stage.description,
            concepts=sum(len(module.concepts) for module in stage.modules),
        )
        for stage in whole.stages
    ]
    return Outline(title=whole.title, stages=stages)


def write_stage_parts(brief: StageBrief) -> StageParts:
    """The stage of that place in the framework that has as many concepts as the outline."""
    most = sum(stage.concepts for stage in brief.outline.stages)
    whole = write_framework(brief.request.preferences, most, brief.weeks)
    return StageParts(modules=whole.stages[min(brief.index, len(whole.stages) - 1)].modules)
