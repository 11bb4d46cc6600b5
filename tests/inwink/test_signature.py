"""Who is believed: signatures against the reference library, bearer tokens, and the identity of a message."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from connector.inwink.signature import (
    Denial,
    authenticate,
    check_bearer_token,
    check_signature,
    decode_secret,
    digest_token,
    message_id_of,
    new_bearer_token,
    new_secret,
    sign,
)

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + "QUJD" * 8
BODY = '{"firstName": "Zoé"}'.encode()
SIGNED = sign(SECRET, message_id="msg_1", timestamp=NOW, body=BODY)


def test_the_reference_library_accepts_our_signature() -> None:
    with time_machine.travel(NOW):
        assert Webhook(SECRET).verify(BODY, SIGNED) == json.loads(BODY)


def test_we_accept_the_signature_of_the_reference_library() -> None:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", NOW, BODY.decode()),
    }
    assert headers == SIGNED
    assert check_signature(BODY, headers=headers, secrets=[SECRET], now=NOW) is None


@pytest.mark.parametrize(
    ("changed", "secrets", "offset_seconds", "expected"),
    [
        ({}, [SECRET], 0, None),
        ({}, [OTHER, SECRET], 0, None),
        ({}, [SECRET.removeprefix("whsec_")], 0, None),
        ({}, [SECRET], 300, None),
        ({}, [SECRET], -300, None),
        ({"webhook-signature": f"v2,x v1,x v1,{'A' * 43}= {SIGNED['webhook-signature']}"}, [SECRET], 0, None),
        ({}, [SECRET], 301, Denial.TIMESTAMP_OFF),
        ({}, [SECRET], -301, Denial.TIMESTAMP_OFF),
        ({}, [OTHER], 0, Denial.BAD_SIGNATURE),
        ({}, [], 0, Denial.BAD_SIGNATURE),
        ({"webhook-id": "msg_2"}, [SECRET], 0, Denial.BAD_SIGNATURE),
        ({"webhook-timestamp": "1795426201"}, [SECRET], 0, Denial.BAD_SIGNATURE),
        ({"webhook-timestamp": "soon"}, [SECRET], 0, Denial.BAD_SIGNATURE),
        ({"webhook-signature": "v1,"}, [SECRET], 0, Denial.BAD_SIGNATURE),
        ({"webhook-signature": "nonsense é"}, [SECRET], 0, Denial.BAD_SIGNATURE),
        ({"webhook-signature": SIGNED["webhook-signature"].replace("v1,", "v2,")}, [SECRET], 0, Denial.BAD_SIGNATURE),
        ({"webhook-id": ""}, [SECRET], 0, Denial.MISSING),
        ({"webhook-timestamp": ""}, [SECRET], 0, Denial.MISSING),
        ({"webhook-signature": ""}, [SECRET], 0, Denial.MISSING),
    ],
)
def test_signatures(changed: dict[str, str], secrets: list[str], offset_seconds: int, expected: Denial | None) -> None:
    now = NOW + timedelta(seconds=offset_seconds)
    assert check_signature(BODY, headers=SIGNED | changed, secrets=secrets, now=now) is expected


def test_a_signed_time_that_is_no_number_is_off() -> None:
    signed = sign(SECRET, message_id="msg_1.soon", timestamp=NOW, body=b"")
    # "msg_1.soon" + "." + time signs the same content as the id "msg_1" with the time "soon.<time>".
    moved = {**signed, "webhook-id": "msg_1", "webhook-timestamp": f"soon.{signed['webhook-timestamp']}"}
    assert check_signature(b"", headers=moved, secrets=[SECRET], now=NOW) is Denial.TIMESTAMP_OFF


def test_a_changed_body_is_not_believed() -> None:
    assert check_signature(BODY + b" ", headers=SIGNED, secrets=[SECRET], now=NOW) is Denial.BAD_SIGNATURE


def test_a_signed_body_that_is_not_utf8_is_believed() -> None:
    signed = sign(SECRET, message_id="msg_1", timestamp=NOW, body=b"\xff")
    assert check_signature(b"\xff", headers=signed, secrets=[SECRET], now=NOW) is None


def test_header_names_are_case_insensitive() -> None:
    headers = {name.title(): value for name, value in SIGNED.items()}
    assert check_signature(BODY, headers=headers, secrets=[SECRET], now=NOW) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Bearer right", None),
        ("bearer  right ", None),
        ("Bearer second", None),
        ("Bearer wrong", Denial.BAD_TOKEN),
        ("Bearer righté", Denial.BAD_TOKEN),
        ("Basic right", Denial.MISSING),
        ("right", Denial.MISSING),
        ("Bearer ", Denial.MISSING),
        ("", Denial.MISSING),
    ],
)
def test_bearer_tokens(header: str, expected: Denial | None) -> None:
    digests = [digest_token("second"), digest_token("right").upper()]
    assert check_bearer_token({"Authorization": header}, token_digests=digests) is expected


@pytest.mark.parametrize(
    ("headers", "secrets", "expected"),
    [
        (SIGNED, [SECRET], None),
        ({"Authorization": "Bearer right"}, [], None),
        ({"Authorization": "Bearer right"}, [SECRET], None),
        ({**SIGNED, "Authorization": "Bearer right"}, [SECRET], None),
        ({**SIGNED, "Authorization": "Bearer right"}, [OTHER], Denial.BAD_SIGNATURE),
        ({**SIGNED, "Authorization": "Bearer right"}, [], None),
        ({**SIGNED, "Authorization": "Bearer wrong"}, [], Denial.BAD_TOKEN),
        (SIGNED, [], Denial.MISSING),
        ({}, [SECRET], Denial.MISSING),
    ],
)
def test_a_message_needs_one_proof_and_a_signature_goes_first(
    headers: dict[str, str], secrets: list[str], expected: Denial | None
) -> None:
    digests = [digest_token("right")]
    assert authenticate(BODY, headers=headers, secrets=secrets, token_digests=digests, now=NOW) is expected


def test_a_source_without_tokens_believes_no_token() -> None:
    assert check_bearer_token({"authorization": "Bearer x"}, token_digests=[]) is Denial.BAD_TOKEN


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_é", "whsec_a-b_", "whsec_AAAAA"])
def test_a_broken_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="^the secret is (not base64|empty)$"):
        decode_secret(secret)


def test_secrets_and_tokens_are_made_fresh() -> None:
    assert len(decode_secret(new_secret())) == 32
    assert new_secret() != new_secret()
    assert new_bearer_token() != new_bearer_token()
    assert len(new_bearer_token()) >= 32


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Webhook-Id": " msg_1 ", "Idempotency-Key": "other"}, "msg_1"),
        ({"idempotency-key": "key-1"}, "key-1"),
        ({"webhook-id": "", "Idempotency-Key": "key-1"}, "key-1"),
        ({"webhook-id": "x" * 200}, "x" * 200),
        ({}, "00000000-0000-0000-0000-000000000007"),
    ],
)
def test_the_identity_of_a_message(headers: dict[str, str], expected: str) -> None:
    assert message_id_of(headers, new_id=lambda: uuid.UUID(int=7)) == expected


def test_long_or_unusual_ids_stay_apart() -> None:
    sent = ["x" * 201, "x" * 202, "a b", "ab", "a\x00b", "é", "è"]
    ids = [message_id_of({"webhook-id": message_id}) for message_id in sent]
    assert len(set(ids)) == len(sent)
    assert all(len(message_id) <= 200 and message_id.isascii() and message_id.isprintable() for message_id in ids)


@given(headers=st.dictionaries(st.sampled_from([*SIGNED, "authorization"]), st.text()), body=st.binary())
def test_any_headers_are_denied_without_raising(headers: dict[str, str], body: bytes) -> None:
    assert authenticate(body, headers=headers, secrets=[SECRET], token_digests=["0" * 64], now=NOW) is not None
    assert 0 < len(message_id_of(headers)) <= 200
