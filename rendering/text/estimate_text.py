"""An estimate in words."""

from collections.abc import Iterator

from domain.course.estimate import Estimate, LookShare, Variant
from rendering.text.text import counted, hours, one_line


def estimate_lines(estimate: Estimate) -> Iterator[str]:
    """Yield an estimate line by line."""
    why = "hours a week until the deadline" if estimate.hours_from == "deadline" else "a usual size without a deadline"
    yield f"About {counted(estimate.concepts, 'concept')} in {hours(estimate.hours)} of study: {why}."
    for name, variant in (("short", estimate.short), ("full", estimate.full)):
        mark = " (the setting here)" if name == estimate.lessons else ""
        yield f"{name}: {variant_text(variant)}{mark}"
    if look := (estimate.short if estimate.lessons == "short" else estimate.full).second_look:
        yield f"Of these, the second look ({estimate.second_look}) takes {look_text(look)} (ROADMAP_SECOND_LOOK)."
    yield basis_of(estimate)


def variant_text(variant: Variant) -> str:
    """Return what a variant takes, such as `32 lessons, 90 calls, 6 minutes, $0.41`."""
    dollars = "price unknown" if variant.dollars is None else dollars_text(variant.dollars)
    minutes = counted(max(1, round(variant.minutes)), "minute")
    return f"{counted(variant.lessons, 'lesson')}, {counted(variant.calls, 'call')}, about {minutes}, {dollars}"


def look_text(look: LookShare) -> str:
    """Return what the second look takes, such as `36 calls, about 1 minute, $0.08`."""
    dollars = "price unknown" if look.dollars is None else dollars_text(look.dollars)
    minutes = counted(round(look.minutes), "minute") if look.minutes >= 1 else "less than a minute"
    return f"{counted(look.calls, 'call')}, {minutes}, {dollars}"


def dollars_text(dollars: float) -> str:
    if dollars == 0:
        return "no cost"
    return "less than $0.01" if dollars < 0.01 else f"about ${dollars:.2f}"


def basis_of(estimate: Estimate) -> str:
    """Return what the figures rest on."""
    if estimate.author == "rules":
        return "Written by rules, without a model."
    if estimate.author == "recording":
        return "Played back from a recording of a chat model: nothing is bought."
    unknown = [one_line(model.model) for model in estimate.models if not model.price_known]
    tokens = {
        "measured": "Tokens and seconds are averages of the calls in this database.",
        "partly measured": "Tokens and seconds are averages of the calls in this database, some are assumed.",
        "assumed": "Tokens and seconds are assumed: this database has too few calls of these models.",
    }[estimate.averages]
    if not unknown:
        return tokens
    return f"{tokens} The price of {', '.join(unknown)} is unknown: ROADMAP_MODEL_PRICES sets it."
