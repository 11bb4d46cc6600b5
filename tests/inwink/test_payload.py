"""How a webhook body becomes participants, as tables of cases."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.participant import Json, Participant
from connector.core.state import Registration
from connector.inwink.payload import (
    InvalidParticipant,
    MalformedBody,
    Reading,
    describe_readable,
    read_body,
    read_participant,
)

EXAMPLE = {
    "id": "6f1d",
    "eventId": "a2c9",
    "eventName": "Salon 2026",
    "email": "Ada@Example.org",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "position": "CTO",
    "company": "Analytical",
    "registered": True,
    "came": False,
    "updatedAt": "2026-11-23T09:30:00Z",
    "fields": {"dietary": "vegan", "optin": True, "track": {"fr": "Données", "en": "Data"}},
}


def values_of(locale: str = "fr", **said: Json) -> dict[str, Json]:
    """Read a participant that says no more than an event, an id and what is given; return all but the id."""
    values = dict(read_participant({"eventId": "E", "id": "P", **said}, locale=locale).values)
    assert values.pop("id") == "P"
    return values


def errors_of(raw: Json) -> list[str]:
    with pytest.raises(InvalidParticipant) as caught:
        read_participant(raw)
    return caught.value.errors


def nested(levels: int) -> Json:
    value: Json = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("body", "participants"),
    [
        (b'{"id": 1}', [{"id": 1}]),
        (b'[{"id": 1}, {"id": 2}]', [{"id": 1}, {"id": 2}]),
        (b'{"participants": [{"id": 1}]}', [{"id": 1}]),
        (b"[]", []),
        (b"\xef\xbb\xbf[1]", [1]),
        (json.dumps(nested(64)).encode(), nested(63) and [nested(63)]),
        (json.dumps([{}] * 1_000).encode(), [{}] * 1_000),
    ],
)
def test_a_body_is_one_participant_or_a_list(body: bytes, participants: list[Json]) -> None:
    assert read_body(body) == participants


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff\xfe{", "not_utf8"),
        ("{'é': 1}".encode("cp1252"), "not_utf8"),
        (b"", "malformed_json"),
        (b"{", "malformed_json"),
        (b'{"a": "\x00"}', "malformed_json"),
        (b'{"a": 1} {"a": 2}', "malformed_json"),
        (b"[" + b"1" * 5_000 + b"]", "malformed_json"),
        (json.dumps(nested(65)).encode(), "too_deep"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"a": NaN}', "not_finite"),
        (b'{"a": -Infinity}', "not_finite"),
        (b'{"a": 1e999}', "not_finite"),
        (b'"Ada"', "not_an_object"),
        (b"null", "not_an_object"),
        (json.dumps([{}] * 1_001).encode(), "too_many"),
        (json.dumps({"participants": [{}] * 1_001}).encode(), "too_many"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_a_code(body: bytes, code: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        read_body(body)
    assert caught.value.code == code
    assert caught.value.detail
    assert "Ada" not in caught.value.detail


def test_the_documented_example_is_read_whole() -> None:
    assert read_participant(EXAMPLE) == Participant(
        event_id="a2c9",
        key="6f1d",
        values={
            "id": "6f1d",
            "email": "Ada@Example.org",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "position": "CTO",
            "company": "Analytical",
            "registration": Registration.REGISTERED,
            "came": False,
            "custom": {
                "fields.dietary": "vegan",
                "fields.optin": True,
                "fields.track": {"fr": "Données", "en": "Data"},
            },
        },
        event_name="Salon 2026",
        updated_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        key_is_email=False,
    )


def test_what_is_not_said_is_absent() -> None:
    participant = read_participant({"eventId": "a2c9", "id": "6f1d"})
    assert participant == Participant(event_id="a2c9", key="6f1d", values={"id": "6f1d"})


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_what_is_blank_is_present_as_none(blank: Json) -> None:
    said = {"email": blank, "company": blank, "registered": blank, "came": blank}
    assert values_of(**said) == {"email": None, "company": None, "registration": None, "came": None}


def test_blank_custom_fields_are_present_as_none() -> None:
    assert values_of(badge="", fields={"dietary": None}) == {"custom": {"badge": None, "fields.dietary": None}}


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("email", ["email", "mail", "e-mail", "emailAddress", "E_MAIL", "Email Address"]),
        ("first_name", ["firstName", "firstname", "first_name", "First-Name", "prénom", "Prenom", "PRÉNOM"]),
        ("last_name", ["lastName", "lastname", "last name", "nom", "NOM"]),
        ("position", ["position", "jobTitle", "job_title", "fonction", "title"]),
        ("company", ["company", "companyName", "organization", "société", "societe"]),
    ],
)
def test_aliases_of_texts(name: str, aliases: list[str]) -> None:
    for alias in aliases:
        assert values_of(**{alias: "x"}) == {name: "x"}, alias


@pytest.mark.parametrize("alias", ["id", "ID", "participantId", "participant_id", "uniqueId", "Unique ID"])
def test_aliases_of_the_id(alias: str) -> None:
    assert read_participant({"eventId": "E", alias: "P"}).key == "P"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"eventId": "E"}, ("E", "")),
        ({"event_id": 42}, ("42", "")),
        ({"event": "E"}, ("E", "")),
        ({"event.id": "E", "event.name": "Salon"}, ("E", "Salon")),
        ({"event": {"id": "E", "name": "Salon", "city": "Lyon"}}, ("E", "Salon")),
        ({"Event": {"ID": "E", "Name": {"fr": "Salon", "en": "Fair"}}}, ("E", "Salon")),
        ({"eventId": "E", "event": {"id": "F", "name": "Salon"}, "eventName": "Fair"}, ("E", "Fair")),
        ({"eventId": None, "event": {"id": "F"}}, ("F", "")),
    ],
)
def test_aliases_of_the_event(said: dict[str, Json], expected: tuple[str, str]) -> None:
    participant = read_participant({"id": "P", **said})
    assert (participant.event_id, participant.event_name) == expected
    assert participant.values == {"id": "P"}


def test_the_first_alias_wins_in_any_order() -> None:
    assert values_of(title="Dr", fonction="DSI", jobTitle="CTO") == {"position": "CTO"}
    assert values_of(jobTitle="CTO", title="Dr", position=None) == {"position": None}
    assert values_of(status="refused", registered=True) == {"registration": Registration.REGISTERED}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *[
            (value, Registration.REGISTERED)
            for value in (True, 1, 1.0, "1", "true", "True", "oui", "OUI", "vrai", "yes")
        ],
        *[(value, Registration.NOT_REGISTERED) for value in (False, 0, "0", "false", "non", "faux", "FAUX", "no")],
        *[
            (value, Registration.REGISTERED)
            for value in (
                "Registered",
                "registered",
                "Inscrit",
                "inscrite",
                "Est inscrit",
                "EST INSCRIT",
                "Is registered",
            )
        ],
        *[
            (value, Registration.REFUSED)
            for value in ("Refused", "Refusé", "refuse", "REFUSÉ", "Refuse\u0301", "refusée")
        ],
        *[
            (value, Registration.NOT_REGISTERED)
            for value in (
                "Not registered",
                "not_registered",
                "notRegistered",
                "Non inscrit",
                "non-inscrit",
                " Non inscrite ",
            )
        ],
        ({"fr": "Inscrit", "en": "Registered"}, Registration.REGISTERED),
        ({"en": "Refused"}, Registration.REFUSED),
        (None, None),
        ("", None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("alias", ["registered", "isRegistered", "est inscrit", "registrationStatus", "status"])
def test_words_of_the_registration(alias: str, value: Json, expected: Registration | None) -> None:
    assert values_of(**{alias: value}) == {"registration": expected}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *[
            (value, True)
            for value in (True, 1, "1", "true", "oui", "came", "Est venu", "attended", "Présent", "Checked in")
        ],
        *[(value, False) for value in (False, 0, "0", "false", "non", "faux", "absent", "N'est pas venu")],
        (None, None),
        ("", None),
    ],
)
@pytest.mark.parametrize("alias", ["came", "hasCome", "est venu", "attended", "checkedIn", "present"])
def test_words_of_a_check_in(alias: str, value: Json, expected: bool | None) -> None:
    assert values_of(**{alias: value}) == {"came": expected}


@pytest.mark.parametrize("word", ["came", "Est venu", "est_venu", "attended", "présent", "Present", {"fr": "Est venu"}])
def test_a_status_may_say_that_somebody_came(word: Json) -> None:
    assert values_of(status=word) == {"came": True}
    assert values_of(status=word, came=False) == {"came": True}
    assert values_of(status=word, registered=False) == {"registration": Registration.NOT_REGISTERED, "came": True}


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"registered": "maybe"}, 'registered: "maybe" is not a known registration value'),
        ({"registered": 2}, "registered: 2 is not a known registration value"),
        ({"Est inscrit": "peut-être"}, 'Est inscrit: "peut-être" is not a known registration value'),
        ({"registrationStatus": "came"}, 'registrationStatus: "came" is not a known registration value'),
        ({"status": "x" * 99}, f'status: "{"x" * 39}…" is not a known registration value'),
        ({"status": [True]}, "status: a list is not one value"),
        ({"status": {"a": {}}}, "status: an object is not a text"),
        ({"came": "later"}, 'came: "later" does not say whether somebody came'),
        ({"came": 7}, "came: 7 does not say whether somebody came"),
        ({"updatedAt": "soon"}, 'updatedAt: "soon" is not a time in ISO 8601 or epoch seconds or milliseconds'),
        ({"updatedAt": True}, "updatedAt: true is not a time in ISO 8601 or epoch seconds or milliseconds"),
        ({"timestamp": "1999-01-01"}, 'timestamp: "1999-01-01" is not between the years 2000 and 2100'),
        ({"id": True}, "id: true is not an id"),
        ({"id": {"guid": "secret"}}, "id: an object is not an id"),
        ({"id": 1.5}, "id: 1.5 is not an id"),
        ({"id": "x" * 201}, "id: longer than 200 characters"),
        ({"eventId": ["E"]}, "eventId: a list is not an id"),
        ({"eventId": "x" * 201}, "eventId: longer than 200 characters"),
        ({"eventId": " "}, "eventId: required"),
        ({"id": ""}, "id or email: one of them is required"),
        ({"id": None, "email": "x" * 201}, "email: longer than 200 characters, too long without an id"),
        ({"company": {"a": {"b": "c"}}}, "company: an object is not a text"),
        ({"fields": "vegan"}, "fields: must be an object"),
        ({"custom_fields": ["vegan"]}, "custom_fields: must be an object"),
        ({"fields": {"a": nested(63)}}, "nested more than 64 levels"),
        ({"fields": {"a": float("nan")}}, "a number is not finite or has too many digits"),
        ({"fields": {"a": 10**5_000}}, "a number is not finite or has too many digits"),
        ({"fields": {"a": "x" * 262_144}}, "larger than 256 KiB"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(said: dict[str, Json], error: str) -> None:
    assert errors_of({"eventId": "E", "id": "P", **said}) == [error]


@pytest.mark.parametrize("raw", [None, "Ada", 7, ["Ada"]])
def test_a_participant_is_an_object(raw: Json) -> None:
    assert errors_of(raw) == ["a participant must be an object"]


def test_all_errors_of_a_participant_are_told_at_once() -> None:
    raw = {"email": "ada@example.org", "firstName": "Ada", "registered": "maybe", "came": "later"}
    assert errors_of(raw) == [
        "eventId: required",
        'registered: "maybe" is not a known registration value',
        'came: "later" does not say whether somebody came',
    ]


def test_without_an_id_the_normalised_email_is_the_key() -> None:
    participant = read_participant({"eventId": "E", "email": " Ada@Example.ORG "})
    assert (participant.key, participant.key_is_email) == ("ada@example.org", True)
    assert participant.values == {"email": "Ada@Example.ORG"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" P-1 ", "P-1"),
        (12, "12"),
        (12.0, "12"),
        ("0012", "0012"),
        ("x" * 200, "x" * 200),
        ("p\x00\ud8001", "p1"),
    ],
)
def test_ids_are_text(value: Json, expected: str) -> None:
    participant = read_participant({"eventId": "E", "id": value})
    assert (participant.key, participant.values["id"]) == (expected, expected)


@pytest.mark.parametrize(
    ("value", "locale", "expected"),
    [
        ("  Ada  ", "fr", "Ada"),
        (42, "fr", "42"),
        (4.0, "fr", "4"),
        (4.5, "fr", "4.5"),
        (True, "fr", "true"),
        (["A", None, "B"], "fr", "A; B"),
        ({"fr": "Données", "en": "Data"}, "fr", "Données"),
        ({"fr": "Données", "en": "Data"}, "en", "Data"),
        ({"FR-fr": "Données", "en_GB": "Data"}, "en", "Data"),
        ({"fr": "Données", "en": ""}, "en", "Données"),
        ({"de": "Daten"}, "fr", "Daten"),
        ({"key": "d", "label": "Data"}, "fr", "Data"),
        ({"fr": None}, "fr", None),
        ("é" * 50_000, "fr", "é" * 50_000),
    ],
)
def test_texts_of_standard_fields(value: Json, locale: str, expected: str | None) -> None:
    assert values_of(locale, company=value) == {"company": expected}


def test_custom_fields_are_addressed_by_their_path() -> None:
    said: dict[str, Json] = {
        "Category": "Staff",
        "fields": {"Dietary Needs": ["vegan"], "email": "other@example.org"},
        "custom_fields": {"track": {"fr": "Données"}},
        "fields.flat": 1,
    }
    assert values_of(**said) == {
        "custom": {
            "Category": "Staff",
            "fields.Dietary Needs": ["vegan"],
            "fields.email": "other@example.org",
            "customFields.track": {"fr": "Données"},
            "fields.flat": 1,
        }
    }


@pytest.mark.parametrize("nothing", [None, [], {}, ""])
def test_an_empty_container_says_nothing(nothing: Json) -> None:
    assert values_of(fields=nothing) == {}


def test_characters_that_a_database_refuses_are_removed_everywhere() -> None:
    body = b'{"eventId": "E\\u0000", "id": "P", "first\\u0000Name": "A\\ud800da", "fields": {"k\\udc00": ["v\\u0000"]}}'
    participant = read_participant(read_body(body)[0])
    assert participant.event_id == "E"
    assert participant.values == {"id": "P", "first_name": "Ada", "custom": {"fields.k": ["v"]}}


def test_paired_surrogates_are_one_character_and_stay() -> None:
    participant = read_participant(read_body(b'{"eventId": "E", "id": "P", "firstName": "\\ud83d\\ude00"}')[0])
    assert participant.values["first_name"] == "\U0001f600"


def test_the_reading_names_the_key_of_each_value() -> None:
    raw = {"event": {"id": "E"}, "id": "P", "Prénom": "Ada", "mail": "a@b.org", "email": "c@d.org", "fields": {"x": 1}}
    assert describe_readable(raw)[1] == [
        Reading("event_id", "event.id", "E"),
        Reading("id", "id", "P"),
        Reading("first_name", "Prénom", "Ada"),
        Reading("email", "email", "c@d.org"),
        Reading("fields.x", "fields.x", 1),
    ]


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["id", "eventId", "event", "event.name", "email", "prénom", "Nom", "status", "registered", "came", "updatedAt"]
    + ["fields", "customFields", "x", "x\x00"]
)


def outcome_of(raw: Json) -> Participant | InvalidParticipant:
    try:
        return read_participant(raw)
    except InvalidParticipant as exc:
        return exc


@given(raw=ANY_JSON | st.dictionaries(KEYS, ANY_JSON))
def test_any_json_is_a_participant_or_invalid(raw: Json) -> None:
    outcome = outcome_of(raw)
    if isinstance(outcome, InvalidParticipant):
        assert all(error.encode() for error in outcome.errors)
        return
    assert outcome.event_id
    assert 0 < len(outcome.key) <= 200
    stored = json.dumps(outcome.values, ensure_ascii=False, allow_nan=False)
    assert stored.encode()
    assert "\\u0000" not in stored.replace("\\\\", "")


@given(body=st.binary() | ANY_JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_a_list_or_malformed(body: bytes) -> None:
    try:
        participants = read_body(body)
    except MalformedBody:
        return
    assert isinstance(participants, list)


def test_a_full_message_is_read_whole() -> None:
    body = json.dumps([{**EXAMPLE, "id": f"P-{number}"} for number in range(1_000)]).encode()
    participants = [read_participant(raw) for raw in read_body(body)]
    assert len({participant.key for participant in participants}) == 1_000


def test_participants_that_are_no_list_are_refused_as_a_body() -> None:
    with pytest.raises(MalformedBody) as caught:
        read_body(b'{"participants": "x"}')
    assert caught.value.code == "not_an_object"
