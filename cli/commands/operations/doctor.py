"""Commands that show the state of an installation: `doctor` checks it, `settings` lists it."""

from typing import Annotated, Final

import typer

from cli.options import Json
from cli.output.stdio import echo_err, print_error, print_json, print_text
from cli.session import read_settings

PROBLEM_FOUND: Final = 5
"""Exit code of `roadmap doctor` if a check failed."""


def doctor(
    ask: Annotated[bool, typer.Option("--ask", help="Also ask each model one small question.")] = False,
    json: Json = False,
) -> None:
    """Check database, migrations and model. Problems are printed with advice."""
    from orchestrator.queries.health import diagnose

    checks = diagnose(read_settings(), ask=ask)
    all_ok = all(check.ok for check in checks)
    if json:
        print_json({"ok": all_ok, "checks": [check.model_dump() for check in checks]})
    else:
        for check in checks:
            print_text(f"{'ok  ' if check.ok else 'BAD '}{check.name:<11} {check.detail}")
            if check.to_do:
                print_text(f"    {'':<11} -> {check.to_do}")
        echo_err("All checks passed." if all_ok else "Some checks failed: see the advice above.")
    raise typer.Exit(0 if all_ok else PROBLEM_FOUND)


def settings(json: Json = False) -> None:
    """Show the effective settings with secrets masked."""
    from orchestrator.settings import unknown_variable_line, unknown_variables

    effective = read_settings()
    for name, suggestion in unknown_variables().items():
        print_error(unknown_variable_line(name, suggestion))
    values = effective.shown()
    if json:
        print_json(values)
        return
    given, widest = effective.given(), max(map(len, values))
    for name, value in values.items():
        origin = "environment" if name in given else "default"
        shown = "-" if value in (None, "", []) else ",".join(value) if isinstance(value, list) else str(value)
        print_text(f"ROADMAP_{name.upper():<{widest}}  {shown}  ({origin})")
