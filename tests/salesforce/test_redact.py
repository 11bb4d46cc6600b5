"""Texts of Salesforce, kept without what they repeat of a person."""

import pytest

from connector.salesforce.redact import MAX_LENGTH, redact, texts_of


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (
            "STRING_TOO_LONG",
            "Account Name: data value too large: Dupont: Père (et fils) (max length=255)",
            "Account Name: data value too large: […] (max length=255)",
        ),
        ("STRING_TOO_LONG", "Nom : valeur trop longue : Dupont", "Nom : valeur trop longue : […]"),
        (
            "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: Not a real email address",
            "Email: invalid email address: […]",
        ),
        (
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Job Category: bad value for restricted picklist field: NURSE, SUPERVISING(NP,S)",
            "Job Category: bad value for restricted picklist field: […]",
        ),
        (
            "DUPLICATE_VALUE",
            "duplicate value found: NPI__c duplicates value on record with id: 0035e00000qL5Jz",
            "duplicate value found: NPI__c duplicates value on record with id: 0035e00000qL5Jz",
        ),
        ("DUPLICATE_VALUE", "Duplicate external id specified: Dupont", "Duplicate external id specified: […]"),
        ("DUPLICATE_VALUE", "Already a campaign member.", "Already a campaign member."),
        (
            "MALFORMED_ID",
            "Account ID: id value of incorrect type: Dupont",
            "Account ID: id value of incorrect type: […]",
        ),
        (
            "JSON_PARSER_ERROR",
            "Cannot deserialize instance of date from VALUE_STRING value Dupont at [line:1, column:179]",
            "Cannot deserialize instance of date from VALUE_STRING value […] at [line:1, column:179]",
        ),
        (
            "INVALID_FIELD",
            "\nEmail IN ('jeanne@example.org')\n ^\nERROR at Row:1:Column:9\nNo such column 'X' on entity 'Contact'.",
            "ERROR at Row:1:Column:9 No such column 'X' on entity 'Contact'.",
        ),
        (
            "INVALID_QUERY_FILTER_OPERATOR",
            "\nWHERE (Id = 'x')\n ^\nERROR at Row:1:Column:258\ninvalid ID field: somethingwonky",
            "ERROR at Row:1:Column:258 invalid ID field: […]",
        ),
        (
            "MALFORMED_QUERY",
            "\nWHERE (Id = 'x')\n ^\nERROR at Row:1:Column:2\nunexpected token: 'Dupont'",
            "ERROR at Row:1:Column:2 unexpected token: […]",
        ),
        (
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "Ask jeanne.o'neil+x@example.org or +33 (0)6 12 34 56 78, not 7015e000001AbcdAAC.",
            "Ask […] or […], not 7015e000001AbcdAAC.",
        ),
        (
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [LastName]",
            "Required fields are missing: [LastName]",
        ),
        ("WHATEVER", "", ""),
    ],
)
def test_repeated_values_go_and_the_reason_stays(code: str, message: str, expected: str) -> None:
    assert redact(code, message) == expected


def test_values_that_were_sent_are_removed_from_any_text() -> None:
    text = "ContactTrigger: no Dupont at Dupont & Fils (Paris), says 7015e000001AbcdAAC; Dupontel is fine"
    record = {"attributes": {"type": "Lead"}, "LastName": "Dupont", "Company": "Dupont & Fils", "City": "Paris",
              "Salutation": "M", "CampaignId": "7015e000001AbcdAAC", "Amount": 5}  # fmt: skip
    redacted = redact("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text, values=texts_of(record))
    assert redacted == "ContactTrigger: no […] at […] ([…]), says 7015e000001AbcdAAC; Dupontel is fine"


def test_name_of_fifteen_letters_is_no_id() -> None:
    assert texts_of({"LastName": "Maximilianovich"}) == ["Maximilianovich"]


def test_text_is_one_line_of_bounded_length() -> None:
    redacted = redact("FIELD_CUSTOM_VALIDATION_EXCEPTION", "no\n\tway " * 200)
    assert len(redacted) == MAX_LENGTH
    assert redacted.startswith("no way no way")
    assert redacted.endswith("…")
