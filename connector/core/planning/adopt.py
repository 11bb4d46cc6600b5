"""Give people the record that a call without an answer made for them, and know what it holds from us (rule 6.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.core.matching.records import Records
from connector.core.participant import Json, names_key, text_of
from connector.core.planning.field_values import placeholder_of
from connector.core.rows import LinkPolicy, PersonRecord, PersonRef, Row
from connector.core.screen import Person

CLOCK_SKEW = timedelta(minutes=5)
"""By how much Salesforce's clock may be behind ours, the time between the calls of one run included."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Whose creations are ours."""

    user_id: str
    """Our own user in Salesforce (18 characters); "" where it is not known: then nothing is proved to be ours."""
    recorded: frozenset[PersonRef] = frozenset()
    """Records that other participants are known to have been created as: no answer was lost about these."""


def adopt_lost_creation(person: Person, records: Records, *, policy: LinkPolicy, maker: Maker) -> Person:
    """Give a person the record that a call without an answer made.

    It is the one of the same names, under the address that the call carried, that our own user created since. Without
    that it would count as somebody who was there before, and a typo corrected in inwink would never arrive.
    """
    rows = tuple(_adopt(row, records, policy=policy, maker=maker) for row in person.rows)
    return person if rows == person.rows else replace(person, rows=rows)


def _adopt(row: Row, records: Records, *, policy: LinkPolicy, maker: Maker) -> Row:
    """Return the row with its record; as it is where that cannot be told.

    Where the address was corrected since, a namesake who is not proved to be ours is taken all the same, as somebody
    who was there before: the call may have been about the membership only, and nobody has the new address, so that a
    second person would be created. Who asked for another person than the namesakes does not get one of those.
    """
    if row.person is not None or not row.unclear_email:
        return row
    namesakes = lost_namesakes(row, records, policy=policy)
    ours = [record for record in namesakes if _is_made_by_us(record, row, maker)]
    if len(ours) == 1:
        sent = _held_from_us(ours[0], policy=policy, maker=maker)
        return replace(_hold(row, ours[0]), created_by_us=True, sent_values=sent)
    wants_another = any(given.get("answer") == "create" for given in row.answers.values())
    known = [record for record in namesakes if row.names and (not wants_another or _is_new(record, row))]
    return _hold(row, known[0]) if row.unclear_email != row.email and len(known) == 1 else row


def lost_namesakes(row: Row, records: Records, *, policy: LinkPolicy) -> list[PersonRecord]:
    """Return the living records of a row's names under the address that its unanswered call carried."""
    carriers = [record for record in records.with_email(row.unclear_email) if record.email == row.unclear_email]
    return [one for one in carriers if not one.is_converted and _names_of(one, policy) == row.names]


def _names_of(record: PersonRecord, policy: LinkPolicy) -> tuple[str, ...]:
    """Return the names of a record as they were said: a placeholder is none."""
    is_placeholder = record.last_name == placeholder_of("LastName", policy)
    return names_key(record.first_name, "" if is_placeholder else record.last_name)


def _is_made_by_us(record: PersonRecord, row: Row, maker: Maker) -> bool:
    is_own = bool(maker.user_id) and record.created_by_id == maker.user_id
    return is_own and record.ref not in maker.recorded and _is_new(record, row)


def _is_new(record: PersonRecord, row: Row) -> bool:
    """Say whether a record came into being no earlier than the call was sent."""
    if not record.created_at or row.create_sent_at is None:
        return False
    return datetime.fromisoformat(record.created_at) >= row.create_sent_at - CLOCK_SKEW


def _hold(row: Row, record: PersonRecord) -> Row:
    last_name = text_of(row.known.values, "last_name")
    return replace(
        row, is_adopted=True, person=record.ref, matched_email=row.unclear_email, matched_last_name=last_name
    )


def _held_from_us(record: PersonRecord, *, policy: LinkPolicy, maker: Maker) -> Mapping[str, Json]:
    """Return {"Object.Field": value} that we sent: all that stands there, unless somebody else wrote last.

    Then it is not known which fields that was about.
    """
    if record.last_modified_by_id != maker.user_id:
        return {}
    rules = [rule for rule in policy.mappings if rule.sobject.value == record.ref.type.value]
    return {rule.path: record.values[rule.field] for rule in rules if rule.field in record.values}
