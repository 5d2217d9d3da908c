"""Redaction of keys, tokens and passwords; applied to external text before it reaches rows, events, logs and errors.

Every expression runs in linear time: it decides within a bounded number of characters whether it matches. A pattern
that scans ahead and then fails would scan again from the next character.
"""

import base64
import binascii
import os
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

MASK: Final = "***"

_NAMED: Final = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$", re.IGNORECASE)
_SECRET_NAME: Final = re.compile(r"key|token$|secret|passw|passphrase|credential|authorization|cookie", re.IGNORECASE)
_MIN_LENGTH: Final = 8
"""Shorter values of variables are often words like `local`, which must not be masked in every text."""

_HIDDEN: Final = r"[*•…]"
"""Characters with which providers hide the middle of a key."""
_KEYS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"rmo_[\w*•…-]{8,}"  # our own tokens
    r"|whsec_[\w+/=*•…-]{8,}"  # webhook secrets
    r"|eyJ[\w-]{8,}(?:\.[\w-]+)*"  # JSON web tokens, whole or cut off
    r"|AIza[\w*•…-]{16,}|ya29\.[\w*-]{16,}|GOCSPX-[\w*-]{16,}|AQ\.Ab[\w*-]{16,}"  # Google
    r"|(?:AKIA|ASIA)[A-Z0-9*]{12,}"  # AWS
    r"|gh[pousr]_[A-Za-z0-9*]{16,}|github_pat_[\w*]{16,}|glpat-[\w*-]{16,}"
    r"|lsv2_[a-z]{2}_[\w*]{8,}|ls__[A-Za-z0-9*]{16,}"  # LangSmith
    r"|hf_[A-Za-z0-9*•…]{16,}|gsk_[A-Za-z0-9*•…]{16,}|r8_[A-Za-z0-9*]{16,}"
    r"|pplx-[A-Za-z0-9*]{20,}|nvapi-[\w*-]{20,}|jina_[A-Za-z0-9*]{20,}|fw_[A-Za-z0-9*]{20,}|npm_[A-Za-z0-9*]{20,}"
    r"|xox[abeoprs]-[A-Za-z0-9*-]{10,}|xapp-[A-Za-z0-9*-]{20,}"  # Slack
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9*]{8,}|SG\.[\w*-]{16,}(?:\.[\w-]+)*|dop_v1_[a-f0-9*]{16,}"
    r"|pypi-AgE[\w*-]{16,}|dapi[a-f0-9*]{32,}"
    r")"
)
"""Keys with a prefix that no ordinary word has."""
_DASHED: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:sk|pk|rk|xai|csk|tvly)[-_](?:(?:\w|{_HIDDEN}|-)++|(?=\.{{3}}))(?:\.{{3}}\w{{1,12}})?"
)
"""Keys with a prefix that names such as `sk-learn-basics-1a2b3c4d` have too; `_is_key` distinguishes them."""
_HALF: Final = re.compile(rf"{_HIDDEN}|\.\.\.")
_PIECE: Final = re.compile(r"[A-Za-z0-9]{16,}")
_KNOWN_BEGIN: Final = re.compile(
    r"sk-(?:ant-[a-z]{2,8}\d\d|lf-[0-9a-f]{8}-[0-9a-f]{4})-|pk-lf-[0-9a-f]{8}-[0-9a-f]{4}-"
)

_HALF_HIDDEN: Final = re.compile(
    r"(?<![\w*-])(?:[A-Za-z0-9_-]{2,20}\*{3,}+[\w-]{2,8}(?![\w*])|\*{4,}+[\w-]{2,8}(?![\w*]))"
)
"""`xa***ab`, `****1a2b`: how some providers quote a refused key."""
_AUTHORIZATION: Final = re.compile(
    r"(?i:\b(?:proxy-)?authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:(?:basic|bearer|token|digest|apikey)\s{1,3})?)"
    r"[^\s\"',;]+"
)
_BEARER: Final = re.compile(r"(?i:\b(bearer|basic)[ \t+:]{1,3})([\w.~+/*•…=-]{8,})")
_PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----END))*")
_ACCOUNT: Final = re.compile(r"(?<=://)[^\s/?#\"'<>]+@")
_PARAMETER: Final = re.compile(
    r"(?i:[?&;](?:[\w.-]{0,40}[._-])?(?:api)?(?:key|token|secret|passw(?:or)?d|pwd|sig|signature|credential|auth)=)"
    r"[^\s&;\"'<>#]+"
)
_ASSIGNED: Final = re.compile(
    r"(?i:(?:api|access|secret|private|signing|auth|jwt|search)[_-]?key|secret|passw(?:or)?d|passphrase|(?<!next_)(?<!page_)token)"
    r"(?:=[\"']?|[\"']\s{0,3}[:=]\s{0,3}[\"'])[^\s\"',;&)}\]]+"
)
_X_API_KEY: Final = re.compile(r"(?i:\b(?:x-)?(?:api|goog-api|subscription)-key[\"']?\s{0,3}:\s{0,3}[\"']?)[^\s\"',;]+")

_SAFE_PARAMETERS: Final = frozenset({
    "host", "hostaddr", "port", "dbname", "user", "sslmode", "sslrootcert", "sslnegotiation", "application_name",
    "connect_timeout", "target_session_attrs", "load_balance_hosts", "channel_binding", "gssencmode",
})  # fmt: skip
"""Query parameters of database URLs that are not secrets; in other URLs every parameter may be one."""


def redact(text: str) -> str:
    """Return `text` with secrets masked: those of this process's environment, and everything that looks like a key."""
    for value in _secrets_of_environment():
        if value in text:
            text = text.replace(value, MASK)
    text = _PRIVATE_KEY.sub(MASK, text)
    text = _ACCOUNT.sub(f"{MASK}@", text)
    for pattern in (_AUTHORIZATION, _PARAMETER, _X_API_KEY, _ASSIGNED):
        text = pattern.sub(_keep_name, text)
    text = _BEARER.sub(_hide_credentials, text)
    text = _KEYS.sub(MASK, text)
    text = _DASHED.sub(lambda match: MASK if _is_key(match[0]) else match[0], text)
    return _HALF_HIDDEN.sub(MASK, text)


def redact_values(value: object) -> object:
    """Return a JSON value with the texts masked whose names speak of a secret; `redact` does the rest."""
    match value:
        case dict():
            return {
                name: MASK if isinstance(item, str) and _SECRET_NAME.search(str(name)) else redact_values(item)
                for name, item in value.items()
            }
        case list():
            return [redact_values(item) for item in value]
        case _:
            return value


def redact_url(url: str) -> str:
    """Return a URL for display, without passwords and tokens; only the mask if it cannot be parsed.

    The user name of a database URL is kept; in other URLs the part before `@` may be a token.
    """
    try:
        parts = urlsplit(url)
        account, _, hosts = parts.netloc.rpartition("@")
        readable = bool(parts.scheme) and "@" not in parts.path + parts.query + parts.fragment and _has_ports(hosts)
        user, has_password = parts.username, parts.password is not None
    except ValueError:
        return MASK
    if not readable:
        return MASK
    is_database = parts.scheme in ("postgres", "postgresql")
    if account:
        account = f"{user}{f':{MASK}' if has_password else ''}@" if is_database else f"{MASK}@"
    query = "&".join(
        f"{quote(name)}={quote(value, safe='/,') if is_database and name in _SAFE_PARAMETERS else MASK}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    return f"{parts.scheme}://{account}{hosts}{redact(parts.path)}{f'?{query}' if query else ''}"


def _has_ports(hosts: str) -> bool:
    """Return whether every port is a number; otherwise it is part of a password that was not escaped."""
    ends = (host.rpartition("]")[2].partition(":") for host in hosts.split(","))
    return all(not port or port.isdecimal() for _, _, port in ends)


def _secrets_of_environment() -> Iterator[str]:
    for name, value in os.environ.items():
        if _NAMED.search(name):
            yield from _spellings(value)
        elif "://" in value and "@" in value:
            yield from _spellings(_password_of(value))


def _password_of(url: str) -> str:
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""


def _spellings(value: str) -> Iterator[str]:
    """Yield the forms in which a secret may appear: unchanged, in one line, and escaped for a URL."""
    if len(value.strip()) >= _MIN_LENGTH:
        yield from dict.fromkeys((value, " ".join(value.split()), quote(value, safe="", errors="replace")))


def _keep_name(match: re.Match[str]) -> str:
    """Mask a value but keep its name, so that the line stays readable."""
    text = match[0]
    value = re.split(r"[=:][ \t\n\"']*", text, maxsplit=1)[1]
    return f"{text[: len(text) - len(value)]}{MASK}"


def _hide_credentials(match: re.Match[str]) -> str:
    """Mask the credentials after `Bearer` or `Basic`, without the full stop of a sentence."""
    value = match[2].rstrip(".")
    secret = _is_basic(value) if match[1].lower() == "basic" else _is_bearer(value)
    return MASK + match[2][len(value) :] if secret else match[0]


def _is_basic(value: str) -> bool:
    try:
        return b":" in base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False


def _is_bearer(value: str) -> bool:
    """Return whether a value is a token, other than the second word of `Bearer authentication`."""
    return len(value) >= 16 or any(char.isdigit() or char in "*•…_=" for char in value)


def _is_key(text: str) -> bool:
    """Return whether a text is a key: partly hidden, with a prefix of keys, or with a long piece that is not a word."""
    if _HALF.search(text) or _KNOWN_BEGIN.match(text):
        return True
    return any(len(piece) >= 32 or _is_random(piece) for piece in _PIECE.findall(text))


def _is_random(piece: str) -> bool:
    """Return whether a piece contains digits or several changes from lower to upper case."""
    if any(char.isdigit() for char in piece):
        return True
    return sum(before.islower() and after.isupper() for before, after in pairwise(piece)) > 1
