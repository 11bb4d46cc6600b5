"""What a value of inwink becomes in a Salesforce field (rules 5.2 to 5.4)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.convert import Locale, UnfitError, choose, convert, is_blank, same_value, translate
from connector.core.schema import Choice, FieldSpec
from tests.core.cases import TRACKS, spec

FR, EN = Locale("fr", "Europe/Paris"), Locale("en", "Europe/Paris")
SEATS = spec("Seats__c", "double", precision=6, scale=2)
WHOLE = spec("Count__c", "int", digits=8)
DAY, MOMENT, TICK = spec("Day__c", "date"), spec("At__c", "datetime"), spec("Ok__c", "boolean")
TEXT, MAIL = spec("Text__c", length=10), spec("Mail__c", "email", length=80)


def converted(value: Any, field: FieldSpec, locale: Locale = FR, **more: Any) -> Any:
    """Convert, or name the code of the refusal."""
    try:
        return convert(value, spec=field, locale=locale, **more)
    except UnfitError as exc:
        return exc.code


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        pytest.param("12", 12.0, 12.0, id="12"),
        pytest.param("12,5", 12.5, "not_a_number", id="12,5 is French; in English it is a slip, not 125"),
        pytest.param("12.5", 12.5, 12.5, id="12.5 as machines write it"),
        pytest.param("1 234,56", 1234.56, "not_a_number", id="1 234,56"),
        pytest.param("1\u202f234,56", 1234.56, "not_a_number", id="1 234,56 with a narrow no-break space"),
        pytest.param("1,234.56", "not_a_number", 1234.56, id="1,234.56"),
        pytest.param("1,234", 1.23, 1234.0, id="1,234"),
        pytest.param("1.234", 1.23, 1.23, id="1.234"),
        pytest.param("1.234,5", 1234.5, "not_a_number", id="1.234,5"),
        pytest.param("1.2.3", "not_a_number", "not_a_number", id="1.2.3"),
        pytest.param("-7", -7.0, -7.0, id="-7"),
        pytest.param("12 %", 12.0, 12.0, id="a percent sign"),
        pytest.param("9,90 €", 9.9, "not_a_number", id="euros"),
        pytest.param(12.345, 12.35, 12.35, id="a number is rounded half up to the scale"),
        pytest.param("0.125", 0.13, 0.13, id="so is a text"),
        pytest.param(3, 3.0, 3.0, id="a JSON number"),
        pytest.param("12345", "number_out_of_range", "number_out_of_range", id="too many digits"),
        pytest.param("9999.999", "number_out_of_range", "number_out_of_range", id="too many digits once rounded"),
        pytest.param(1e300, "number_out_of_range", "number_out_of_range", id="an enormous number"),
        pytest.param("1e3", "not_a_number", "not_a_number", id="an exponent is no way to write a number"),
        pytest.param("1_000", "not_a_number", "not_a_number", id="nor is an underscore"),
        pytest.param("NaN", "not_a_number", "not_a_number", id="NaN"),
        pytest.param("twelve", "not_a_number", "not_a_number", id="a word"),
        pytest.param(True, "not_a_number", "not_a_number", id="yes is no number"),
        pytest.param(" ", None, None, id="blank"),
    ],
)  # fmt: skip
def test_numbers(value: Any, french: Any, english: Any) -> None:
    assert (converted(value, SEATS), converted(value, SEATS, EN)) == (french, english)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12", 12), (12.0, 12), ("12,0", 12), ("12,5", "not_a_number"), ("123456789", "number_out_of_range"), (0, 0)],
)
def test_whole_numbers(value: Any, expected: Any) -> None:
    assert converted(value, WHOLE) == expected


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        pytest.param("2026-11-23", "2026-11-23", "2026-11-23", id="ISO"),
        pytest.param("23/11/2026", "2026-11-23", "not_a_date", id="23/11/2026: English puts the month first"),
        pytest.param("05/06/2026", "2026-06-05", "2026-05-06", id="05/06/2026"),
        pytest.param("5.6.2026", "2026-06-05", "2026-05-06", id="5.6.2026"),
        pytest.param("2026-11-23T23:30:00Z", "2026-11-24", "2026-11-24", id="late in London is tomorrow in Paris"),
        pytest.param("2026-11-23T23:30:00", "2026-11-23", "2026-11-23", id="no zone: the event's"),
        pytest.param("31/02/2026", "not_a_date", "not_a_date", id="31 February"),
        pytest.param("0001-01-01", "not_a_date", "not_a_date", id="the first day of all, as machines write no date"),
        pytest.param("tomorrow", "not_a_date", "not_a_date", id="a word"),
        pytest.param(20261123, "2026-11-23", "2026-11-23", id="20261123"),
        pytest.param(True, "not_a_date", "not_a_date", id="yes is no date"),
        pytest.param(None, None, None, id="blank"),
    ],
)  # fmt: skip
def test_dates(value: Any, french: Any, english: Any) -> None:
    assert (converted(value, DAY), converted(value, DAY, EN)) == (french, english)


@pytest.mark.parametrize(
    ("value", "locale", "expected"),
    [
        pytest.param("2026-11-23T09:30:00Z", FR, "2026-11-23T09:30:00.000+0000", id="UTC"),
        pytest.param("2026-11-23T10:30:00+01:00", FR, "2026-11-23T09:30:00.000+0000", id="with a zone"),
        pytest.param("2026-11-23T10:30:00", FR, "2026-11-23T09:30:00.000+0000", id="winter time of the event"),
        pytest.param("2026-07-23T10:30:00", FR, "2026-07-23T08:30:00.000+0000", id="summer time of the event"),
        pytest.param("2026-03-29T02:30:00", FR, "2026-03-29T01:30:00.000+0000", id="the hour that spring leaves out"),
        pytest.param("2026-10-25T02:30:00", FR, "2026-10-25T00:30:00.000+0000", id="the hour that comes twice"),
        pytest.param("23/11/2026 10:30", FR, "2026-11-23T09:30:00.000+0000", id="French"),
        pytest.param("23/11/2026 10h30", FR, "2026-11-23T09:30:00.000+0000", id="French, 10h30"),
        pytest.param("11/23/2026 10:30 PM", EN, "2026-11-23T21:30:00.000+0000", id="English, evening"),
        pytest.param("11/23/2026, 12:05 a.m.", EN, "2026-11-22T23:05:00.000+0000", id="English, just after midnight"),
        pytest.param("11/23/2026 13:05 PM", EN, "not_a_date", id="13 PM"),
        pytest.param("23/11/2026 25:00", FR, "not_a_date", id="25:00"),
        pytest.param(datetime(2026, 11, 23, 9, 30, tzinfo=UTC), FR, "2026-11-23T09:30:00.000+0000", id="a moment"),
        pytest.param("9999-12-31T23:59:59", FR, "not_a_date", id="the last day of all"),
    ],
)  # fmt: skip
def test_moments(value: Any, locale: Locale, expected: str) -> None:
    assert converted(value, MOMENT, locale) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True), (False, False), ("oui", True), ("Non", False), ("VRAI", True), ("x", True), (1, True), (0, False),
        (1.0, True), ("peut-être", "not_a_checkbox"), ("2", "not_a_checkbox"), ("", None), (None, None),
        ({"fr": "Oui", "en": "Yes"}, True),
    ],
)  # fmt: skip
def test_checkboxes(value: Any, expected: Any) -> None:
    assert converted(value, TICK) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("  Ada ", "Ada", id="trimmed"),
        pytest.param({"fr": "Données", "en": "Data"}, "Données", id="the language of the source"),
        pytest.param({"en": "Data"}, "Data", id="another language where that is missing"),
        pytest.param({"key": "k", "label": "Label"}, "Label", id="a label before a key"),
        pytest.param(["a", {"fr": "b"}, None], "a; b", id="a list"),
        pytest.param(3.0, "3", id="3.0"),
        pytest.param(2.5, "2.5", id="2.5"),
        pytest.param(True, "true", id="yes"),
        pytest.param("éééééééééé", "éééééééééé", id="ten characters, not bytes"),
        pytest.param("12345678901", "value_too_long", id="eleven characters"),
        pytest.param([], None, id="an empty list"),
        pytest.param({}, None, id="an empty object"),
    ],
)
def test_texts(value: Any, expected: Any) -> None:
    assert converted(value, TEXT) == expected


def test_a_text_is_cut_where_that_is_allowed() -> None:
    assert converted("12345678901", TEXT, truncate=True) == "1234567890"


def test_emails_are_normalised_or_refused() -> None:
    assert converted(" Ada@Example.org ", MAIL) == "ada@example.org"
    assert converted("ada@", MAIL) == "invalid_email"


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(UnfitError) as caught:
        convert("secret@", spec=MAIL, locale=FR)
    assert "secret" not in str(caught.value)


ONE, MANY = spec("Track__c", "picklist", choices=TRACKS), spec("Tracks__c", "multipicklist", choices=TRACKS)
TABLE = {"données": "DATA", "toile": "Web"}


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        pytest.param("DATA", ONE, ["DATA"], id="by value"),
        pytest.param("data", ONE, ["DATA"], id="case does not count"),
        pytest.param("Data track", ONE, ["DATA"], id="by the picklist's label"),
        pytest.param("Données", ONE, ["DATA"], id="by the mapping's table"),
        pytest.param({"fr": "Toile", "en": "?"}, ONE, ["WEB"], id="by the table, then by label"),
        pytest.param({"key": "web", "label": "?"}, ONE, ["WEB"], id="by the key"),
        pytest.param({"fr": "?", "en": "Web"}, ONE, ["WEB"], id="by another language"),
        pytest.param("OLD", ONE, None, id="an inactive choice is unknown"),
        pytest.param("Other", ONE, None, id="unknown"),
        pytest.param(["DATA", "WEB"], ONE, None, id="two choices for a single picklist"),
        pytest.param(["DATA", "Data track"], ONE, ["DATA"], id="the same choice twice"),
        pytest.param(["DATA"], ONE, ["DATA"], id="a list of one"),
        pytest.param(["web", {"fr": "Données"}], MANY, ["WEB", "DATA"], id="several, in their order"),
        pytest.param("Web; Données", MANY, ["WEB", "DATA"], id="several in one text, as in a file"),
        pytest.param(["web", None, ""], MANY, ["WEB"], id="blanks in a list"),
        pytest.param(["web", "Other"], MANY, None, id="one of several is unknown"),
        pytest.param(None, ONE, None, id="none"),
    ],
)  # fmt: skip
def test_choices(value: Any, field: FieldSpec, expected: list[str] | None) -> None:
    assert choose(value, spec=field, values=TABLE, language="fr") == expected


def test_a_value_goes_before_a_label_that_reads_the_same() -> None:
    field = spec("X__c", "picklist", choices=(Choice("A", "B"), Choice("B", "A")))
    assert choose("A", spec=field, values={}, language="fr") == ["A"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("oui", "Y"),
        ({"fr": "Non", "en": "No"}, "N"),
        (["oui", "other"], ["Y", "other"]),
        ("other", "other"),
        (None, None),
    ],
)
def test_the_table_translates_texts_too(value: Any, expected: Any) -> None:
    assert translate(value, values={"OUI": "Y", "no": "N"}, language="fr") == expected


@pytest.mark.parametrize(
    ("left", "right", "field", "expected"),
    [
        pytest.param("Ada ", "Ada", TEXT, True, id="Salesforce trims"),
        pytest.param("ada", "Ada", TEXT, False, id="case counts"),
        pytest.param(None, "", TEXT, True, id="nothing is nothing"),
        pytest.param("a\r\nb", "a\nb", spec("N", "textarea"), True, id="line ends do not count"),
        pytest.param("A;B", "B;A", MANY, True, id="choices in another order"),
        pytest.param("A", "A;B", MANY, False, id="one choice more"),
        pytest.param("ADA@X.ORG", "ada@x.org", MAIL, True, id="emails in any case"),
        pytest.param(1.0, 1, SEATS, True, id="1.0 and 1"),
        pytest.param(1.01, 1.02, SEATS, False, id="1.01 and 1.02"),
        pytest.param(True, True, TICK, True, id="ticked"),
        pytest.param(None, False, TICK, False, id="unknown is not unticked"),
        pytest.param("2026-11-23T09:30:00.000+0000", "2026-11-23T10:30:00+01:00", MOMENT, True,
                     id="one moment, two zones"),
    ],
)  # fmt: skip
def test_same_value(left: Any, right: Any, field: FieldSpec, expected: bool) -> None:
    assert same_value(left, right, spec=field) is expected
    assert same_value(right, left, spec=field) is expected


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.dates().map(str))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=5,
)
FIELDS = st.sampled_from([SEATS, WHOLE, DAY, MOMENT, TICK, TEXT, MAIL, MANY])


@settings(max_examples=80, deadline=None)
@given(value=JSON, field=FIELDS, locale=st.sampled_from([FR, EN]))
def test_any_value_is_converted_or_refused_by_a_code(value: Any, field: FieldSpec, locale: Locale) -> None:
    codes = {"not_a_number", "number_out_of_range", "not_a_date", "not_a_checkbox", "value_too_long", "invalid_email"}
    result = converted(value, field, locale)
    if result not in codes:
        assert same_value(result, result, spec=field)
        assert not is_blank(value) or result is None
