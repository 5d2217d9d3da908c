"""Tokens that somebody else signs: only what was signed with our key, for us, by the algorithm that is set."""

import base64
import json
import time
from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from domain.errors import InvalidInput
from domain.vocabulary import Role
from orchestrator.access.auth import Identity, Refused, authority
from orchestrator.settings import Settings
from repository.db.database import Database

SECRET: Final = "a secret of at least thirty-two bytes"
RSA: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC: Final = ec.generate_private_key(ec.SECP256R1())
NOWHERE: Final = Database("postgresql://nobody@127.0.0.1:1/none")
"""JWTs are read without a database."""


def public(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


def private(key: Any) -> str:
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode()


def settings(**values: Any) -> Settings:
    return Settings.model_validate({"auth": "jwt", **values})


def claims(**more: Any) -> dict[str, Any]:
    return {"sub": "ann", "exp": time.time() + 60, **more}


async def identify(token: str, **values: Any) -> Identity:
    return await authority(settings(**values)).identify(token, NOWHERE)


KEYS: Final = [("HS256", SECRET, SECRET), ("RS256", RSA, public(RSA)), ("ES256", EC, public(EC))]


@pytest.mark.parametrize(("algorithm", "signing", "checking"), KEYS, ids=[key[0] for key in KEYS])
async def test_a_token_names_its_user_and_role(algorithm: str, signing: Any, checking: str) -> None:
    token = jwt.encode(claims(role="reviewer"), signing, algorithm)
    assert await identify(token, jwt_algorithm=algorithm, jwt_key=checking) == Identity("ann", Role.REVIEWER)
    token = jwt.encode(claims(), signing, algorithm)
    assert (await identify(token, jwt_algorithm=algorithm, jwt_key=checking)).role is Role.LEARNER


def unsigned() -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}."


BAD: Final[dict[str, str]] = {
    "expired": jwt.encode(claims(exp=time.time() - 1), SECRET),
    "without an end": jwt.encode({"sub": "ann"}, SECRET),
    "without a user": jwt.encode({"exp": time.time() + 60}, SECRET),
    "not yet": jwt.encode(claims(nbf=time.time() + 60), SECRET),
    "another key": jwt.encode(claims(), "another secret of more than thirty-two bytes"),
    "another algorithm": jwt.encode(claims(), SECRET + SECRET, "HS512"),
    "unsigned": unsigned(),
    "an unknown role": jwt.encode(claims(role="root"), SECRET),
    "a role that is none": jwt.encode(claims(role=["admin"]), SECRET),
    "a blank user": jwt.encode(claims(sub=" "), SECRET),
    "a user with NUL": jwt.encode(claims(sub="a\x00"), SECRET),
    "no token": "rmo_x",
    "nothing": "",
    "too long": "x" * 9000,
}


async def test_what_does_not_prove_anything_is_refused(subtests: pytest.Subtests) -> None:
    for name in BAD:
        with subtests.test(name=name), pytest.raises(Refused):
            await identify(BAD[name], jwt_key=SECRET)


async def test_a_token_of_another_issuer_or_for_another_audience_is_refused() -> None:
    wanted = {"jwt_key": SECRET, "jwt_issuer": "us", "jwt_audience": "roadmap"}
    good = jwt.encode(claims(iss="us", aud=["other", "roadmap"]), SECRET)
    assert (await identify(good, **wanted)).user_id == "ann"
    for said in ({}, {"iss": "us"}, {"iss": "us", "aud": "other"}, {"iss": "them", "aud": "roadmap"}):
        with pytest.raises(Refused):
            await identify(jwt.encode(claims(**said), SECRET), **wanted)


async def test_a_public_key_is_no_secret_of_another_algorithm() -> None:
    """Signed with the public key as if it were a shared secret: the classic confusion."""
    import hashlib
    import hmac

    def part(value: bytes) -> bytes:
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    signed = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims()).encode())
    forged = signed + b"." + part(hmac.new(public(RSA).encode(), signed, hashlib.sha256).digest())
    with pytest.raises(Refused):
        await identify(forged.decode(), jwt_algorithm="RS256", jwt_key=public(RSA))


async def test_keys_of_a_file_are_distinguished_by_their_ids(tmp_path: Path) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    keys = []
    for kid, key in (("one", RSA), ("two", other)):
        keys.append({**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": kid})
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [*keys, {"kty": "oct", "k": "AAAA"}]}))
    wanted = {"jwt_algorithm": "RS256", "jwt_jwks": file}
    assert await identify(jwt.encode(claims(), other, "RS256", {"kid": "two"}), **wanted)
    for headers in ({"kid": "one"}, {"kid": "three"}, {}):
        with pytest.raises(Refused):
            await identify(jwt.encode(claims(), other, "RS256", headers), **wanted)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"jwt_key": SECRET, "jwt_jwks": "/nowhere"},
        {"jwt_key": "short"},
        {"jwt_key": public(RSA)},
        {"jwt_key": "no key", "jwt_algorithm": "RS256"},
        {"jwt_key": public(EC), "jwt_algorithm": "RS256"},
        {"jwt_key": private(RSA), "jwt_algorithm": "RS256"},
        {"jwt_jwks": "/nowhere", "jwt_algorithm": "RS256"},
        {"jwt_jwks": "/nowhere"},
    ],
)
def test_settings_that_do_not_go_together_are_refused_in_one_line(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="ROADMAP_JWT") as refused:
        authority(settings(**values))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("subject", [" ann ", "ann\u00a0", "\u3000ann", "a\u200bnn", " ", ""], ids=ascii)
async def test_a_subject_that_looks_like_anothers_is_refused_and_not_trimmed_into_it(subject: str) -> None:
    token = jwt.encode(claims(sub=subject), SECRET, "HS256")
    with pytest.raises(Refused, match=r"sub: "):
        await identify(token, jwt_key=SECRET)
