from time import thread_time

import pytest

from domain.identity import new_roadmap_id
from domain.text.secrets import MASK, redact, redact_url
from tests.support.environment import variables

SHORT, LONG = 8_000, 64_000

KEYS = """
sk-0123456789abcdef0123456789abcdef
sk-AbCdEf1234567890T3BlbkFJAbCdEf1234567890
sk-proj-abcdefgh12345678
sk-proj-Ab3dEf6hIj9lMn2pQr5tUv8x_yZ-1Ab3dEf6hIj9lMn2pQr5tUv8x
sk-ant-api03-abc_def-123456
sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
sk-lf-12345678-1234-1234-1234-123456789012
sk-abcd****wxyz
sk-proj-********************abcd
sk-...abcd
sk-abc1...wxyz
xa***ab
****1a2b
xai-AbCdEf1234567890AbCdEf1234567890
gsk_AbCdEf1234567890AbCdEf1234567890
hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh
tvly-dev-AbCdEf1234567890
tvly-AbCdEf1234567890AbCdEf1234567890
lsv2_pt_0123456789abcdef
lsv2_sk_0123456789abcdef_0123456789
pplx-abcdefghijklmnopqrstuvwxyz
AKIAIOSFODNN7EXAMPLE
AIzaSyA1234567890abcdefghijk
ghp_0123456789abcdefghijABCDEFGHIJ012345
github_pat_11ABCDEFG0123456789_abcdefghijklmnop
glpat-abcdefghij0123456789
xoxb-123456789012-abcdefghijkl
sk_live_4eC39HqLyjWDarjtT1zdp7dc
whsec_AbCd+/efGh==
rmo_0123456789abcdefghijABCDEFGHIJ0123456789_-A
Bearer abcdefghijklmnop
bearer eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl
Bearer dG9rZW4=
Basic YW5uOnNlY3JldA==
eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def
eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0
""".strip().splitlines()

NAMED = """
https://api.example/v1?key=planted-1&x=1
GET /x?api_key=planted failed
https://bucket.example/x?X-Amz-Signature=planted&X-Amz-Credential=planted
Authorization: Bearer planted
{'Authorization': 'Basic planted'}
{"api_key": "planted"}
OPENAI_API_KEY=planted-planted
ROADMAP_JWT_KEY='planted'
host=db password=planted user=ann
x-api-key: planted
https://ann:planted@proxy.example/v1 says no
https://ann:plan@planted@proxy.example/v1 says no
https://planted@git.example/repository
redis://:planted@cache.example
-----BEGIN RSA PRIVATE KEY----- planted -----END RSA PRIVATE KEY-----
""".strip().splitlines()

ORDINARY = """
hf-transformers-in-practice-1a2b3c4d
sk-learn-in-practice-1a2b3c4d
pk-management-for-teams-1a2b3c4d
tvly-travel-planning-1a2b3c4d
xai-explainable-artificial-intelligence-1a2b3c4d
sk-ant-colonies-and-optimisation-1a2b3c4d
sk-or-hungarian-for-beginners-1a2b3c4d
sk-proj-management-basics-1a2b3c4d
sk-JavaScript-Basics-1a2b3c4d
01936f0e-7c1b-7c1e-8a2b-0123456789ab
c-1-2-3
retry_tutorial hf_hub_download pk_user_identifier
A desk-sized risk-free task: ask-me-anything
Basic understanding of arithmetic; Basic JavaScript/TypeScript
Bearer authentication, bearer tokens, token based and key driven
**bold**, ***both*** and 2**10
max_tokens=8192 tokens=12 next_token=3 sort(key=len)
https://host:8080/path?x=@me&page=2
Write to ann@example.org or mailto:ann@example.org
成为后端工程师-1a2b3c4d Lerne-Straßenbau-1a2b3c4d учить-русский-1a2b3c4d
""".strip().splitlines()

GOALS = (
    "Hugging Face (hf) transformers in practice",
    "sk-learn: machine learning with scikit-learn",
    "PK management and key exchange",
    "xai: explainable AI for insurers in 2026",
    "成为一名后端工程师",
    "Линейная алгебра для начинающих",
    "Basic authentication and bearer tokens",
    "Donaudampfschifffahrtsgesellschaftskapitän werden",
    "sk-or-v1 skills",
    "Bearer of bad news: crisis communication",
)


def test_a_key_is_masked_in_whatever_a_provider_says_of_it() -> None:
    for key in KEYS:
        assert redact(f"Incorrect API key provided: {key}. You can find yours at ...") == (
            f"Incorrect API key provided: {MASK}. You can find yours at ..."
        )


def test_a_secret_of_any_form_is_masked_where_its_name_says_what_it_is() -> None:
    for text in NAMED:
        masked = redact(text)
        assert "planted" not in masked
        assert MASK in masked
        assert redact(masked) == masked


def test_ordinary_ids_and_words_stay_as_they_are() -> None:
    for text in ORDINARY:
        assert redact(text) == text
    for goal in GOALS:
        for _ in range(20):
            text = f"There is no roadmap {new_roadmap_id(goal)} (“{goal}”)."
            assert redact(text) == text


def test_a_key_that_looks_like_nothing_is_masked_because_a_variable_holds_it() -> None:
    with variables({"SOME_PROVIDER_API_KEY": "plain words 17", "SHORT_TOKEN": "local", "HARMLESS": "plain text 18"}):
        assert redact("plain words 17 local plain text 18") == f"{MASK} local plain text 18"
        assert redact("/x?q=plain%20words%2017") == f"/x?q={MASK}"


def test_the_password_of_a_url_in_the_environment_is_masked_where_it_stands_alone() -> None:
    with variables({"PROXY": "http://ann:plain%20words@proxy.example"}):
        assert redact("refused: plain words") == f"refused: {MASK}"


def test_the_account_of_a_url_is_masked_and_the_rest_is_still_readable() -> None:
    assert redact("https://ann:pass@proxy.example/v1 says no") == f"https://{MASK}@proxy.example/v1 says no"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:secret@db.example:5433/roadmap", "postgresql://ann:***@db.example:5433/roadmap"),
        ("postgresql://ann:s%40:x@[::1]/r?sslmode=require", "postgresql://ann:***@[::1]/r?sslmode=require"),
        ("postgresql://a:b@h1:1,h2:2/r", "postgresql://a:***@h1:1,h2:2/r"),
        ("postgresql://ann@h/r?password=secret&sslpassword=x", "postgresql://ann@h/r?password=***&sslpassword=***"),
        ("postgresql:///r?host=/tmp/a%20b&user=ann", "postgresql:///r?host=/tmp/a%20b&user=ann"),
        ("https://token@h/x?k=1#secret", "https://***@h/x?k=***"),
        ("https://ann:pass/word@h/x", "***"),
        ("https://ann:12?3@h/x", "***"),
        ("postgresql://[broken", "***"),
        ("no-url-but-a-secret", "***"),
    ],
)
def test_a_url_is_shown_without_credentials(url: str, shown: str) -> None:
    assert redact_url(url) == shown


PIECES = [
    *("-eyJaaaaaaaa", "eyJa", "sk-a", "sk-aaaaaaaa", "sk-...", "xai-", "rmo_", "AIza", "_", "-", "a", "A"),
    *("Bearer ", "bearer aaaaaaa ", "basic YW", "Authorization:", "x-api-key: ", 'password"', "key=", "secret"),
    *("://", "://a:", "://a", "?key", "?aaaa", "&", '"', "*", "a***", "ab***", "1a*", "-----BEGIN PRIVATE KEY-----"),
]


def test_no_text_makes_redaction_slower_than_its_length_does() -> None:
    """A quadratic expression takes 64 times as long for 8 times the text; a linear one 8, on a busy machine 24."""
    for piece in PIECES:
        short, long = repeated(piece, SHORT), repeated(piece, LONG)
        assert any(seconds(long) < 24 * seconds(short) for _ in range(4)), piece


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def seconds(text: str) -> float:
    """Of processor time: other processes count little."""
    began = thread_time()
    redact(text)
    return thread_time() - began
