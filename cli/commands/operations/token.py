"""`roadmap token`: create, list and revoke tokens of the HTTP API."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.inputs import user_filter, validate_id
from cli.options import Json, OfUser
from cli.output.stdio import echo_err, print_json, print_rich, print_text, when
from cli.session import with_orchestrator
from domain.errors import InvalidInput
from domain.vocabulary import Role
from rendering.text.text import clean, one_line

if TYPE_CHECKING:
    from repository.tables.users import TokenRow

token = typer.Typer(name="token", help="Manage tokens of the HTTP API (ROADMAP_AUTH=token).", no_args_is_help=True)

UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
MAX_LIFETIME: Final = timedelta(days=3660)


@token.command()
def create(
    user: Annotated[str, typer.Option("--user", metavar="ID", help="User of the token.")],
    role: Annotated[Role, typer.Option(metavar="ROLE", help="learner, reviewer, service or admin.")] = Role.LEARNER,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Lifetime (12h, 30d, 4w) or date (default: never).")
    ] = None,
    json: Json = False,
) -> None:
    """Create a token and print it once; the database keeps only its hash."""
    from domain.request import usable_user_id
    from orchestrator.access import tokens

    user_id, until = usable_user_id(user, "--user"), None if expires is None else _parse_expiry(expires)
    created = with_orchestrator(lambda orchestrator: tokens.create_token(orchestrator.database, user_id, role, until))
    if json:
        print_json({"token": created.token, **_fields(created.row)})
    else:
        print_text(created.token)
        echo_err(f"Token {created.row.token_id} of {one_line(user_id)}, {role}. It cannot be shown again.")


@token.command("list")
def list_tokens(user: OfUser = None, json: Json = False) -> None:
    """List tokens, newest first, including revoked and expired ones."""
    from rich.table import Table

    from orchestrator.access import tokens

    user_id = user_filter(user)
    rows = with_orchestrator(lambda orchestrator: tokens.list_tokens(orchestrator.database, user_id))
    if json:
        print_json({"tokens": [_as_json(row) for row in rows]})
        return
    if not rows:
        echo_err("No tokens found. Create one: roadmap token create --user ann")
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
    token_id: Annotated[str, typer.Argument(metavar="ID", help="ID from `roadmap token list`.")],
    json: Json = False,
) -> None:
    """Revoke a token with immediate effect."""
    from orchestrator.access import tokens

    identifier = validate_id(token_id, "token")
    row = with_orchestrator(lambda orchestrator: tokens.revoke_token(orchestrator.database, identifier))
    if json:
        print_json(_as_json(row))
    else:
        print_text(f"Token {row.token_id} of {one_line(row.user_id)} is revoked.")


def _fields(row: "TokenRow") -> dict[str, Any]:
    return {"id": row.token_id, "user": row.user_id, "role": row.role, "expires_at": row.expires_at}


def _as_json(row: "TokenRow") -> dict[str, Any]:
    times = {"created_at": row.created_at, "last_used_at": row.last_used_at, "revoked_at": row.revoked_at}
    return {**_fields(row), **times}


def _parse_expiry(text: str) -> datetime:
    """Parse a lifetime or an ISO date; a date without a zone is local time. Raises InvalidInput."""
    number, unit = text[:-1], text[-1:]
    try:
        if unit in UNITS and number.isascii() and number.isdigit():
            lifetime = int(number) * UNITS[unit]
            if lifetime > MAX_LIFETIME:
                raise InvalidInput("--expires: must be at most ten years away")
            return datetime.now(UTC) + lifetime
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError) as error:
        raise InvalidInput("--expires: must be a lifetime (12h, 30d, 4w) or a date (2027-01-31)") from error
