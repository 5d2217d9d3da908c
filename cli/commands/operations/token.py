"""Tokens of the HTTP API: make one, list them, revoke one."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.inputs import user_filter, validate_id
from cli.options import Json, OfUser
from cli.output.stdio import echo_err, print_json, print_rich, print_text, when
from cli.session import ask
from domain.errors import InvalidInput
from domain.vocabulary import Role
from rendering.text.text import clean, one_line

if TYPE_CHECKING:
    from repository.tables.users import TokenRow

token = typer.Typer(name="token", help="Tokens of the HTTP API (ROADMAP_AUTH=token).", no_args_is_help=True)

UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
FURTHEST: Final = timedelta(days=3660)


@token.command()
def create(
    user: Annotated[str, typer.Option("--user", metavar="ID", help="Whose token it is.")],
    role: Annotated[Role, typer.Option(metavar="ROLE", help="learner, reviewer, service or admin.")] = Role.LEARNER,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="As 12h, 30d, 4w, or a date; never, unless given.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a token. It is shown this once: the database keeps only its hash."""
    from domain.request import usable_user_id
    from orchestrator.access import tokens

    user_id, until = usable_user_id(user, "--user"), None if expires is None else _moment(expires)
    made = ask(lambda orchestrator: tokens.create_token(orchestrator.database, user_id, role, until))
    if json:
        print_json({"token": made.token, **_fields(made.row)})
    else:
        print_text(made.token)
        echo_err(f"Token {made.row.token_id} of {one_line(user_id)}, {role}. It is not shown again.")


@token.command("list")
def list_tokens(user: OfUser = None, json: Json = False) -> None:
    """List tokens, newest first, those revoked or expired too."""
    from rich.table import Table

    from orchestrator.access import tokens

    user_id = user_filter(user)
    rows = ask(lambda orchestrator: tokens.list_tokens(orchestrator.database, user_id))
    if json:
        print_json({"tokens": [_listed(row) for row in rows]})
        return
    if not rows:
        echo_err("There are no tokens here. Make one: roadmap token create --user ann")
        return
    table = Table("ID", "User", "Role", "Created", "Expires", "Last used", "Revoked", box=None, pad_edge=False)
    for row in rows:
        moments = (row.created_at, row.expires_at, row.last_used_at, row.revoked_at)
        table.add_row(
            row.token_id, clean(row.user_id), row.role, *("" if one is None else when(one) for one in moments)
        )
    print_rich(table)


@token.command()
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `roadmap token list` shows it.")],
    json: Json = False,
) -> None:
    """Revoke a token: from now on it opens nothing."""
    from orchestrator.access import tokens

    identifier = validate_id(token_id, "token")
    row = ask(lambda orchestrator: tokens.revoke_token(orchestrator.database, identifier))
    if json:
        print_json(_listed(row))
    else:
        print_text(f"Token {row.token_id} of {one_line(row.user_id)} is revoked.")


def _fields(row: "TokenRow") -> dict[str, Any]:
    return {"id": row.token_id, "user": row.user_id, "role": row.role, "expires_at": row.expires_at}


def _listed(row: "TokenRow") -> dict[str, Any]:
    beside = {"created_at": row.created_at, "last_used_at": row.last_used_at, "revoked_at": row.revoked_at}
    return {**_fields(row), **beside}


def _moment(text: str) -> datetime:
    """Raises InvalidInput."""
    number, unit = text[:-1], text[-1:]
    try:
        if unit in UNITS and number.isascii() and number.isdigit():
            after = int(number) * UNITS[unit]
            if after > FURTHEST:
                raise InvalidInput("--expires: that is more than ten years away")
            return datetime.now(UTC) + after
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError) as error:
        raise InvalidInput("--expires: say it as 12h, 30d, 4w, or a date as 2027-01-31") from error
