"""Which texts are an email, and which names are the same (rules 2.1 and 2.6)."""

import pytest

from connector.core.participant import is_valid_email, name_words, names_key, normalise_email, normalise_id, text_of


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("ada@example.org", True),
        ("o'brien+list&co%1@sub.example.co.uk", True),
        ("ada@exa_mple.org", False),
        ("ada@example", False),
        ("ada@@example.org", False),
        ("ada lovelace@example.org", False),
        ("ada@example.org, b@example.org", False),
        ("n/a", False),
        ("", False),
        ("a" * 69 + "@example.org", False),
    ],
)
def test_valid_emails(email: str, expected: bool) -> None:
    assert is_valid_email(email) is expected


def test_emails_are_compared_trimmed_and_in_lower_case() -> None:
    assert normalise_email("  Ada@Example.ORG\t") == "ada@example.org"
    assert normalise_email("\ufeffAda\u200b@ex\u00adample.org\u2060") == "ada@example.org"
    assert normalise_email("\ufb01nn＠example.org") == "finn@example.org"
    assert normalise_email("J\u00fcrgen@example.org") == "j\u00fcrgen@example.org"
    assert normalise_email(None) == normalise_email(["ada@example.org"]) == ""


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param(("Zoé", "Müller"), ("ZOE", "muller"), True, id="case and accents do not count"),
        pytest.param(("Lovelace", "Ada"), ("Ada", "Lovelace"), True, id="first and last name swapped"),
        pytest.param(("Jean-Paul", "Sartre"), ("Jean Paul", "Sartre"), True, id="a hyphen or a space"),
        pytest.param((" Ada ", "Lovelace"), ("Ada", "Lovelace"), True, id="blanks around"),
        pytest.param(("Straße", "X"), ("Strasse", "X"), True, id="ß and ss"),
        pytest.param(("Ada", "Lovelace"), ("Ada", "King"), False, id="another last name"),
        pytest.param(("Ada", "Lovelace"), ("", "Lovelace"), False, id="a first name is missing"),
        pytest.param(("", ""), ("***", "-"), True, id="neither has a name"),
    ],
)
def test_names(one: tuple[str, str], other: tuple[str, str], is_same: bool) -> None:
    assert (names_key(*one) == names_key(*other)) is is_same


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"first_name": "Zoé", "last_name": "Müller-Lüdenscheidt"}, " muller ludenscheidt zoe"),
        ({"first_name": None, "last_name": " O’Neil "}, " o neil"),
        ({"first_name": "--", "last_name": ""}, ""),
        ({}, ""),
    ],
)
def test_the_words_of_a_name_are_searched_without_case_and_accents(values: dict[str, str], expected: str) -> None:
    assert name_words(values) == expected


def test_texts_are_trimmed() -> None:
    assert text_of({"company": " A "}, "company") == "A"
    assert text_of({"company": None}, "company") == text_of({}, "company") == ""


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("A2C9F3E0-1111-4222-8333-ABCDEFABCDEF", "a2c9f3e0-1111-4222-8333-abcdefabcdef"),
        (" {a2c9f3e0-1111-4222-8333-abcdefabcdef} ", "a2c9f3e0-1111-4222-8333-abcdefabcdef"),
        ("Salon-2026", "Salon-2026"),
    ],
)
def test_a_guid_is_one_id_in_any_letter_case(sent: str, stored: str) -> None:
    assert normalise_id(sent) == stored
