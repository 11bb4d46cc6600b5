"""Turn a value of inwink into what a Salesforce field accepts (rules 5.2 to 5.4)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from connector.core.participant import Json, is_valid_email, normalise_email
from connector.core.schema import FieldSpec
from connector.core.yes_no import read_yes_no


@dataclass(frozen=True, slots=True)
class Locale:
    """How the source writes dates and numbers, and in which zone the event takes place."""

    language: str = "en"
    time_zone: str = "UTC"


class UnfitError(Exception):
    """A value that does not fit its field; raised inside this module's callers' row only."""

    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.code = code
        self.field = field
        self.detail = detail
        """Plain text that names the field and the limit, never the value."""


def is_blank(value: Json) -> bool:
    """Say whether a value counts as nothing: None, blank text, an empty list or object."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == [] or value == {}


def texts_of(value: Json, *, language: str) -> list[str]:
    """Return every spelling of one choice, the preferred one first: key, label, or each language's text."""
    if isinstance(value, Mapping):
        ordered = [value.get(language), value.get("label"), *value.values(), value.get("key")]
        spellings = [text for part in ordered for text in texts_of(part, language=language)]
        return list(dict.fromkeys(spellings))
    if value is None or isinstance(value, list):
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, datetime | date):
        return [value.isoformat()]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return [str(int(value))]
    return [str(value).strip()]


_EXACT = 2**53
"""Floats below this are exact whole numbers: JSON's 3.0 is written 3."""


def convert(value: Json, *, spec: FieldSpec, locale: Locale, truncate: bool = False) -> Json:
    """Return the value as Salesforce stores it in that field, None where it is blank.

    Picklists are matched by `choose` first. Raises UnfitError where the value cannot be stored.
    """
    if is_blank(value):
        return None
    converter = _CONVERTERS.get(spec.type, _to_text)
    converted = converter(value, spec, locale)
    if isinstance(converted, str) and spec.length and len(converted) > spec.length:
        if not truncate:
            raise UnfitError("value_too_long", spec.name, f"{len(converted)} characters, {spec.length} fit")
        converted = converted[: spec.length]
    return converted


def join_texts(value: Json, *, language: str, separator: str) -> str:
    """Join a list, or pick the preferred spelling of a single value."""
    parts = value if isinstance(value, list) else [value]
    return separator.join(spellings[0] for part in parts if (spellings := texts_of(part, language=language)))


def _to_text(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    return join_texts(value, language=locale.language, separator="; ").strip() or None


def _to_multi_select(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    return join_texts(value, language=locale.language, separator=";") or None


def _to_email(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    email = normalise_email(join_texts(value, language=locale.language, separator=";"))
    if not is_valid_email(email):
        raise UnfitError("invalid_email", spec.name, "not an email address")
    return email


def _to_checkbox(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    said = read_yes_no([join_texts(value, language=locale.language, separator=";")])
    if said is None:
        raise UnfitError("not_a_checkbox", spec.name, "neither yes nor no")
    return said


def _to_number(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    number = _parse_number(value, spec=spec, locale=locale)
    whole_digits = spec.digits or MAX_DIGITS if spec.type == "int" else (spec.precision or MAX_DIGITS) - spec.scale
    if abs(number) >= Decimal(10) ** whole_digits:
        raise UnfitError("number_out_of_range", spec.name, f"more than {whole_digits} digits before the point")
    if spec.type == "int":
        if number != number.to_integral_value():
            raise UnfitError("not_a_number", spec.name, "not a whole number")
        return int(number)
    rounded = number.quantize(Decimal(1).scaleb(-spec.scale), rounding=ROUND_HALF_UP)
    if abs(rounded) >= Decimal(10) ** whole_digits:
        raise UnfitError("number_out_of_range", spec.name, f"more than {whole_digits} digits before the point")
    return float(rounded)


MAX_DIGITS = 18
"""Digits of a number field at most.

https://help.salesforce.com/s/articleView?id=platform.custom_field_types.htm
"""
_GROUPED = {
    "en": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"),
    "fr": re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|[+-]?\d{1,3}\.\d{3},\d+"),
}
"""Numbers with separated thousands; French "1.234" is left to be a decimal, as machines write it."""
_PLAIN = {
    "en": re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"),
    "fr": re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)"),
}


def _parse_number(value: Json, *, spec: FieldSpec, locale: Locale) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value))
        if number.is_finite():
            return number
        raise UnfitError("not_a_number", spec.name, "not a number")
    text = re.sub(r"[\s%€$£]", "", join_texts(value, language=locale.language, separator=";"))
    language = "fr" if locale.language == "fr" else "en"
    if _GROUPED[language].fullmatch(text):
        text = text.replace("." if language == "fr" else ",", "")
    if not _PLAIN[language].fullmatch(text) or len(text) > _MAX_NUMBER_LENGTH:
        raise UnfitError("not_a_number", spec.name, "not a number")
    return Decimal(text.replace(",", "."))


_MAX_NUMBER_LENGTH = 60
"""Characters; far more than any number field holds."""


def _to_date(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    moment = parse_moment(value, locale=locale)
    if moment is None or not _is_storable(moment):
        raise UnfitError("not_a_date", spec.name, "not a date")
    return moment.astimezone(ZoneInfo(locale.time_zone)).date().isoformat()


def _to_datetime(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    moment = parse_moment(value, locale=locale)
    if moment is None or not _is_storable(moment):
        raise UnfitError("not_a_date", spec.name, "not a date and time")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _is_storable(moment: datetime) -> bool:
    """Say whether Salesforce stores the moment: years 1700 to 4000.

    https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
    """
    return 1700 < moment.year < 4000


_LOCAL_DATE = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]+(\d{1,2})[:h](\d{2})(?::(\d{2}))?(?: ?([AP])\.?M\.?)?)?",
    re.IGNORECASE,
)


def parse_moment(value: Json, *, locale: Locale) -> datetime | None:
    """Read an ISO or a local date (day first in French, month first in English); no zone means the event's."""
    zone = ZoneInfo(locale.time_zone)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    text = join_texts(value, language=locale.language, separator=";")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        found = _LOCAL_DATE.fullmatch(text)
        moment_or_none = _read_local(found, language=locale.language) if found else None
        if moment_or_none is None:
            return None
        moment = moment_or_none
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _read_local(found: re.Match[str], *, language: str) -> datetime | None:
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    day, month = (first, second) if language == "fr" else (second, first)
    hour = int(found[4] or 0)
    if found[7]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[7].upper() == "P" else 0)
    try:
        return datetime(year, month, day, hour, int(found[5] or 0), int(found[6] or 0))
    except ValueError:
        return None


_CONVERTERS: dict[str, Callable[[Json, FieldSpec, Locale], Json]] = {
    "multipicklist": _to_multi_select,
    "email": _to_email,
    "boolean": _to_checkbox,
    "int": _to_number,
    "double": _to_number,
    "currency": _to_number,
    "percent": _to_number,
    "date": _to_date,
    "datetime": _to_datetime,
}


def choose(value: Json, *, spec: FieldSpec, values: Mapping[str, Json], language: str) -> list[str] | None:
    """Translate choices by the mapping's table and the picklist's own values and labels.

    Returns the picklist values, or None where a choice is unknown, or several are given for a single one. Case does
    not count.
    """
    chosen: list[str] = []
    for part in choices_of(value, spec=spec):
        spellings = texts_of(part, language=language)
        mapped = _lookup(values, spellings)
        if mapped is not None:
            spellings = [str(mapped)]
        found = _find_choice(spec, spellings)
        if found is None:
            return None
        chosen.append(found)
    each = list(dict.fromkeys(chosen))
    return each if len(each) == 1 or (each and spec.type == "multipicklist") else None


def choices_of(value: Json, *, spec: FieldSpec) -> list[Json]:
    """Split what was chosen; Salesforce itself keeps ";" out of the values of a multi-select picklist."""
    if isinstance(value, str) and spec.type == "multipicklist":
        value = value.split(";")
    return [part for part in (value if isinstance(value, list) else [value]) if not is_blank(part)]


def translate(value: Json, *, values: Mapping[str, Json], language: str) -> Json:
    """Apply the mapping's table to a field that is no picklist; what it does not name stays."""
    if not values:
        return value
    if isinstance(value, list):
        return [translate(part, values=values, language=language) for part in value]
    mapped = _lookup(values, texts_of(value, language=language))
    return value if mapped is None else mapped


def _lookup(values: Mapping[str, Json], spellings: Iterable[str]) -> Json:
    folded = {key.casefold(): value for key, value in values.items()}
    return next((folded[text.casefold()] for text in spellings if text.casefold() in folded), None)


def _find_choice(spec: FieldSpec, spellings: Iterable[str]) -> str | None:
    known = {choice.label.casefold(): choice.value for choice in spec.choices if choice.is_active}
    known |= {choice.value.casefold(): choice.value for choice in spec.choices if choice.is_active}
    return next((known[text.casefold()] for text in spellings if text.casefold() in known), None)


def same_value(left: Json, right: Json, *, spec: FieldSpec) -> bool:
    """Say whether two values are the same once Salesforce stored them: it trims texts and lower-cases emails."""
    if is_blank(left) or is_blank(right):
        return is_blank(left) and is_blank(right)
    if spec.type == "datetime":
        utc = Locale()
        return parse_moment(left, locale=utc) == parse_moment(right, locale=utc)
    if spec.type == "multipicklist":
        return set(str(left).split(";")) == set(str(right).split(";"))
    if spec.type == "email":
        return normalise_email(left) == normalise_email(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return bool(abs(left - right) < 10 ** -(spec.scale + 1))
    return _stored_text(left) == _stored_text(right)


def _stored_text(text: Json) -> str:
    return "\n".join(str(text).strip().splitlines())
