import base64
import hashlib
import hmac

from domain.webhooks import new_secret, signed_headers


def test_a_receiver_that_follows_the_convention_accepts_the_signature() -> None:
    """The example of the Standard Webhooks specification's own libraries."""
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_no_two_secrets_are_the_same_and_each_is_long_enough() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in secrets} == {32}


def test_the_body_is_signed_as_it_is_sent() -> None:
    secret = new_secret()
    body = '{"type":"run_finished","goal":"学习"}'.encode()
    expected = hmac.new(base64.b64decode(secret[6:]), b"msg_1.7." + body, hashlib.sha256).digest()
    assert signed_headers(secret, "msg_1", 7, body)["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
