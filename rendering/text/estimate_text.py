"""An estimate in words."""

from collections.abc import Iterator

from domain.course.estimate import Estimate, LookShare, Variant
from rendering.languages.translation import N_, _
from rendering.text.text import counted, hours, one_line


def estimate_lines(estimate: Estimate) -> Iterator[str]:
    """Yield an estimate line by line."""
    size = {"concepts": counted(estimate.concepts, "concept"), "hours": hours(estimate.hours)}
    if estimate.hours_from == "deadline":
        yield _("About {concepts} in {hours} of study: hours a week until the deadline.", **size)
    else:
        yield _("About {concepts} in {hours} of study: a usual size without a deadline.", **size)
    for name, variant in (("short", estimate.short), ("full", estimate.full)):
        line = N_("{name}: {figures} (the setting here)") if name == estimate.lessons else N_("{name}: {figures}")
        yield _(line, name=name, figures=variant_text(variant))
    if look := (estimate.short if estimate.lessons == "short" else estimate.full).second_look:
        yield _(
            "Of these, the second look ({kind}) takes {figures} (ROADMAP_SECOND_LOOK).",
            kind=estimate.second_look,
            figures=look_text(look),
        )
    yield basis_of(estimate)


def variant_text(variant: Variant) -> str:
    """Return what a variant takes, such as `32 lessons, 90 calls, 6 minutes, $0.41`."""
    return _(
        "{lessons}, {calls}, about {minutes}, {price}",
        lessons=counted(variant.lessons, "lesson"),
        calls=counted(variant.calls, "call"),
        minutes=counted(max(1, round(variant.minutes)), "minute"),
        price=price_text(variant.dollars),
    )


def look_text(look: LookShare) -> str:
    """Return what the second look takes, such as `36 calls, about 1 minute, $0.08`."""
    minutes = counted(round(look.minutes), "minute") if look.minutes >= 1 else _("less than a minute")
    return _(
        "{calls}, {minutes}, {price}",
        calls=counted(look.calls, "call"),
        minutes=minutes,
        price=price_text(look.dollars),
    )


def price_text(dollars: float | None) -> str:
    """Return `about $0.41`; None stands for an unknown price."""
    if dollars is None:
        return _("price unknown")
    if dollars == 0:
        return _("no cost")
    return _("less than $0.01") if dollars < 0.01 else _("about ${amount}", amount=f"{dollars:.2f}")


def basis_of(estimate: Estimate) -> str:
    """Return what the figures rest on."""
    if estimate.author == "rules":
        return _("Written by rules, without a model.")
    if estimate.author == "recording":
        return _("Played back from a recording of a chat model: nothing is bought.")
    unknown = [one_line(model.model) for model in estimate.models if not model.price_known]
    tokens = {
        "measured": N_("Tokens and seconds are averages of the calls in this database."),
        "partly measured": N_("Tokens and seconds are averages of the calls in this database, some are assumed."),
        "assumed": N_("Tokens and seconds are assumed: this database has too few calls of these models."),
    }[estimate.averages]
    if not unknown:
        return _(tokens)
    price = _("The price of {models} is unknown: ROADMAP_MODEL_PRICES sets it.", models=", ".join(unknown))
    return f"{_(tokens)} {price}"
