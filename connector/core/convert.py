"""Turn a value of inwink into what a Salesforce field accepts (rules 5.2 to 5.4)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from connector.core.participant import Json, is_valid_email, normalise_email
from connector.core.schema import FieldSpec


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
    return [str(value).strip()]


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


_TRUE = {"true", "1", "yes", "oui", "vrai", "x", "on"}
_FALSE = {"false", "0", "no", "non", "faux", "off"}


def _to_checkbox(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    word = join_texts(value, language=locale.language, separator=";").casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise UnfitError("not_a_checkbox", spec.name, "neither yes nor no")


def _to_number(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    number = _parse_number(value, spec=spec, locale=locale)
    if spec.type == "int":
        if number != number.to_integral_value():
            raise UnfitError("not_a_number", spec.name, "not a whole number")
        return int(number)
    rounded = round(number, spec.scale)
    whole_digits = spec.precision - spec.scale
    if spec.precision and abs(rounded) >= Decimal(10) ** whole_digits:
        raise UnfitError("number_out_of_range", spec.name, f"more than {whole_digits} digits before the point")
    return float(rounded)


def _parse_number(value: Json, *, spec: FieldSpec, locale: Locale) -> Decimal:
    text = join_texts(value, language=locale.language, separator=";")
    text = re.sub(r"[\s\u00a0\u202f%€$£]", "", text)
    if not isinstance(value, int | float):
        thousands, point = (".", ",") if locale.language == "fr" else (",", ".")
        text = text.replace(thousands, "").replace(point, ".") if point in text else text
        text = text.replace(",", "") if locale.language == "en" else text
    try:
        number = Decimal(text)
    except InvalidOperation as exc:
        raise UnfitError("not_a_number", spec.name, "not a number") from exc
    if not number.is_finite():
        raise UnfitError("not_a_number", spec.name, "not a number")
    return number


def _to_date(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    moment = parse_moment(value, locale=locale)
    if moment is None:
        raise UnfitError("not_a_date", spec.name, "not a date")
    return moment.astimezone(ZoneInfo(locale.time_zone)).date().isoformat()


def _to_datetime(value: Json, spec: FieldSpec, locale: Locale) -> Json:
    moment = parse_moment(value, locale=locale)
    if moment is None:
        raise UnfitError("not_a_date", spec.name, "not a date and time")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2})[:h](\d{2})(?::(\d{2}))?)?")


def parse_moment(value: Json, *, locale: Locale) -> datetime | None:
    """Read an ISO or a local date (day first in French, month first in English); no zone means the event's."""
    zone = ZoneInfo(locale.time_zone)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    text = join_texts(value, language=locale.language, separator=";")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        found = _SLASHED.fullmatch(text)
        if found is None:
            return None
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        day, month = (first, second) if locale.language == "fr" else (second, first)
        try:
            moment = datetime(year, month, day, int(found[4] or 0), int(found[5] or 0), int(found[6] or 0))
        except ValueError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


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

    Returns the picklist values, or None where a choice is unknown. Case does not count.
    """
    chosen: list[str] = []
    for part in value if isinstance(value, list) else [value]:
        spellings = texts_of(part, language=language)
        mapped = _lookup(values, spellings)
        if mapped is not None:
            spellings = [str(mapped)]
        found = _find_choice(spec, spellings)
        if found is None:
            return None
        chosen.append(found)
    return list(dict.fromkeys(chosen))


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
    return str(left).strip() == str(right).strip()
