"""Recognise people by an id of inwink's that their record carries (rules 2.5 and 2.9).

Such a key is a stored id that Salesforce keeps for us, and holds under the same conditions: while the record has the
row's email; or while nobody has that email and the names are the same. A ticket that was handed over is another person,
whatever key its former owner's record carries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.core.convert import is_blank
from connector.core.mapping import MappingRule, read_source
from connector.core.matching.choose import Held, Matched, choose_living
from connector.core.matching.records import Records
from connector.core.outcomes import Reason
from connector.core.participant import fold_name, text_of
from connector.core.rows import Ambiguous, LinkPolicy, PersonRecord, PersonRef, Row
from connector.core.schema import SObject
from connector.core.screen import Person, hold

KEY_MAX_LENGTH = 255
"""Characters of the longest External ID: https://help.salesforce.com/s/articleView?id=sf.custom_field_types.htm"""


def key_of(row: Row, policy: LinkPolicy) -> str:
    """Return the key of a row, "" where it has none; an email in the place of inwink's id is none."""
    key = policy.match_fields.key
    if key is None or (key.source == "inwink.id" and is_blank(row.known.values.get("id"))):
        return ""
    facts = Person((row,), row.email).facts(policy)
    value = read_source(MappingRule(SObject.CONTACT, "", key.source), facts)
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if len(text) <= KEY_MAX_LENGTH else ""


def keys_of(person: Person, policy: LinkPolicy) -> tuple[str, ...]:
    """Return the keys of a person's rows, the leading row's first, without repeats."""
    return tuple(dict.fromkeys(key for row in person.rows if (key := key_of(row, policy))))


def match_key(
    person: Person, records: Records, *, policy: LinkPolicy, choices: Mapping[str, PersonRef]
) -> Matched | Held | None:
    """Match by the key alone; None leaves it to the email.

    Records that earlier runs stored for the person are passed over: they were judged already. Where the key says one
    person and the email another, nobody is picked in silence.
    """
    stored = {end.ref for row in person.rows if row.person and (end := records.follow(row.person))}
    found = [record for record in _carriers(person, records, policy) if record.ref not in stored | person.taken]
    holders = {end.ref: end for record in records.with_email(person.email) if (end := records.follow(record.ref))}
    chosen = records.follow(choices[person.email]) if person.email in choices else None
    sure = [record for record in found if record.ref in holders]
    if sure:
        return choose_living(sure, email=person.email, policy=policy, chosen=chosen)
    named = [record for record in found if _has_its_names(person, record)]
    others = [record for ref, record in holders.items() if ref not in person.taken]
    if not named:
        return None
    if others and policy.ambiguous is Ambiguous.REVIEW:
        candidates = (*named, *others)
        if chosen is not None and chosen in candidates:
            return Matched(chosen)
        return Held(hold(Reason.AMBIGUOUS), candidates)
    match = choose_living(named, email=person.email, policy=policy, chosen=chosen)
    corrects = isinstance(match, Matched) and bool(person.email) and not others
    return replace(match, corrects_email=True) if corrects and isinstance(match, Matched) else match


def has_own_record(person: Person, records: Records, policy: LinkPolicy) -> bool:
    """Say whether key, email and names name one record: then it does not matter who else has the email."""
    return any(
        person.email in record.addresses and _has_its_names(person, record)
        for record in _carriers(person, records, policy)
    )


def is_elsewhere(key: str, records: Records, *, ref: PersonRef | None) -> bool:
    """Say whether another record than this one (None: one to be created) carries a key.

    A converted lead that became this contact is no other record.
    """
    for record in records.with_key(key):
        end = records.follow(record.ref)
        became = ref is not None and end is not None and end.ref == ref and record.ref.type is not ref.type
        if record.ref != ref and not became:
            return True
    return False


def _carriers(person: Person, records: Records, policy: LinkPolicy) -> list[PersonRecord]:
    """Return the living records to which the keys of a person lead."""
    ends = (records.follow(record.ref) for key in keys_of(person, policy) for record in records.with_key(key))
    return list({end.ref: end for end in ends if end is not None}.values())


def _has_its_names(person: Person, record: PersonRecord) -> bool:
    """Say whether a record may be this person's by its names; a first name that one side lacks speaks for nothing."""
    values = person.values()
    last, first = (fold_name(text_of(values, name)) for name in ("last_name", "first_name"))
    same_first = first in ("", fold_name(record.first_name)) or not fold_name(record.first_name)
    return bool(last) and last == fold_name(record.last_name) and same_first


def asked_keys(people: Sequence[Person], policy: LinkPolicy) -> set[str]:
    """Return the keys to search in Salesforce: not those that we know to stand on the stored record."""
    rows = (row for person in people for row in person.rows)
    return {key for row in rows if not _is_in_place(row, policy) and (key := key_of(row, policy))}


def _is_in_place(row: Row, policy: LinkPolicy) -> bool:
    if row.person is None or row.is_forced or row.matched_email != row.email:
        return False
    name = policy.match_fields.key_field(row.person.type)
    return not is_blank(row.sent_values.get(f"{row.person.type.value}.{name}"))
