"""Where a run goes next. Pure functions of the state."""

from typing import Final

from domain.errors import RunFailed
from domain.review import Validation
from domain.vocabulary import Step
from nodes.state import RunState

MOST_EDIT_ROUNDS: Final = 3


def after_validation(state: RunState) -> Step:
    """Sound: on to the contents. Else another round of editing, while there are rounds.

    After the last round, raises RunFailed when what is wrong is critical.
    """
    validation = Validation.model_validate(state["validation"])
    if validation.is_valid:
        return Step.CONTENT_GENERATION
    if state.get("edit_rounds", 0) < MOST_EDIT_ROUNDS:
        return Step.EDIT_PLAN_ANALYSIS
    critical = [issue.issue for issue in validation.issues if issue.severity == "critical"]
    raise RunFailed(
        f"The framework is still not sound after {MOST_EDIT_ROUNDS} rounds of editing: {'; '.join(critical[:3])}. "
        "Nothing was generated; say the goal in other words, or narrow it."
    )
