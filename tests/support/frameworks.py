"""Frameworks of any size, for what is drawn, planned and written of them."""

import random

from hypothesis import strategies as st

from domain.framework import Concept, Framework, Module, Stage


def framework(stages: int, modules: int, concepts: int, *, name: str = "Concept", seed: int = 0) -> Framework:
    """A regular one; concepts build on some of those before them."""
    chance = random.Random(seed)
    before: list[str] = []

    def concept(stage: int, module: int, number: int) -> Concept:
        concept_id = f"c-{stage}-{module}-{number}"
        wanted = chance.sample(before[-12:], min(len(before), chance.choice([0, 1, 2])))
        before.append(concept_id)
        return Concept(concept_id=concept_id, name=f"{name} {concept_id}", estimated_hours=2, prerequisites=wanted)

    return _titled(
        [
            [[concept(stage, module, number) for number in range(1, concepts + 1)] for module in range(1, modules + 1)]
            for stage in range(1, stages + 1)
        ]
    )


@st.composite
def frameworks(draw: st.DrawFn) -> Framework:
    """Any shape, empty parts and prerequisites in any direction among them."""
    sizes = draw(st.lists(st.lists(st.integers(0, 12), max_size=5), max_size=6))
    ids = [f"c-{s}-{m}-{c}" for s, stage in enumerate(sizes) for m, size in enumerate(stage) for c in range(size)]
    wanted = draw(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), max_size=40)) if ids else []
    prerequisites: dict[str, list[str]] = {concept_id: [] for concept_id in ids}
    for one, other in wanted:
        prerequisites[ids[one % len(ids)]].append(ids[other % len(ids)])
    names = st.text(max_size=60)
    hours = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 50)
    return _titled(
        [
            [
                [
                    Concept(
                        concept_id=f"c-{s}-{m}-{c}",
                        name=draw(names),
                        estimated_hours=draw(hours),
                        prerequisites=prerequisites[f"c-{s}-{m}-{c}"],
                    )
                    for c in range(size)
                ]
                for m, size in enumerate(stage)
            ]
            for s, stage in enumerate(sizes)
        ]
    )


def _titled(stages: list[list[list[Concept]]]) -> Framework:
    return Framework(
        roadmap_id="go-1",
        title="Go",
        stages=[
            Stage(
                stage_id=f"s-{s}",
                name=f"Stage {s}",
                order=s,
                modules=[
                    Module(module_id=f"m-{s}-{m}", name=f"Module {m}", concepts=concepts)
                    for m, concepts in enumerate(modules, start=1)
                ],
            )
            for s, modules in enumerate(stages, start=1)
        ],
    )
