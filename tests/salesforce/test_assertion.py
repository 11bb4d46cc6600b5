"""Which texts can sign, in the forms in which people paste them, and who an assertion is meant for."""

import pytest

from connector.salesforce.assertion import UnusableKey, audiences, normalise_pem, read_private_key
from tests.private_keys import make_key, make_other_kind_of_key, pem_of, public_pem_of


@pytest.mark.parametrize(
    "pasted",
    [
        lambda pem: pem,
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("\n", "\\n"),
        lambda pem: "\n".join(f"    {line}" for line in pem.splitlines()),
        lambda pem: pem.strip(),
    ],
    ids=["as is", "windows", "one line of an environment", "indented", "without the last line end"],
)
def test_a_key_is_read_however_it_was_pasted(pasted: "object") -> None:
    pem = pem_of(make_key())
    assert callable(pasted)
    text = pasted(pem)
    assert read_private_key(text).private_numbers() == make_key().private_numbers()
    assert normalise_pem(text) == pem


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_private_key"),
        ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "not_a_private_key"),
        (public_pem_of(make_key()), "not_a_private_key"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "not_a_private_key"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "not_a_private_key"),
        (pem_of(make_key(), password=b"x"), "encrypted_private_key"),
        (make_other_kind_of_key(), "not_an_rsa_key"),
        (pem_of(make_key(1024)), "short_rsa_key"),
    ],
)
def test_a_text_that_cannot_sign_is_named_and_not_repeated(text: str, code: str) -> None:
    with pytest.raises(UnusableKey) as caught:
        read_private_key(text)
    assert (caught.value.code, str(caught.value)) == (code, code)


@pytest.mark.parametrize(
    ("login_url", "expected"),
    [
        ("https://login.salesforce.com", ["https://login.salesforce.com"]),
        ("https://test.salesforce.com/", ["https://test.salesforce.com"]),
        ("https://acme.my.salesforce.com", ["https://acme.my.salesforce.com", "https://login.salesforce.com"]),
        (
            "https://acme--uat.sandbox.my.salesforce.com",
            ["https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"],
        ),
    ],
)
def test_an_assertion_is_meant_for_the_login_address_first(login_url: str, expected: list[str]) -> None:
    assert list(audiences(login_url)) == expected
