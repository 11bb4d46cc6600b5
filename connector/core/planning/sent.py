"""What a record holds from us (rule 5.1), also where it went on in another one (rules 2.3 and 2.7)."""

from collections.abc import Collection, Sequence

from connector.core.convert import is_blank, same_value
from connector.core.participant import Json
from connector.core.rows import PersonRecord, PersonRef, Row, oldest_sync_first
from connector.core.schema import ObjectSchema


def sent_values(rows: Sequence[Row]) -> dict[str, Json]:
    """Return {"Object.Field": value} that we wrote last to the one record of these rows."""
    sent: dict[str, Json] = {}
    for row in oldest_sync_first(rows):
        sent |= row.sent_values
    return sent


def sent_to_record(
    record: PersonRecord, rows: Sequence[Row], *, earlier: Collection[PersonRef], schema: ObjectSchema
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return what we wrote last to a record ({"Object.Field": value}), and what of it came along ({field: value}).

    What we wrote to a record that was merged or converted into this one counts as written to this one: what is still
    there is ours, and another value is a colleague's choice. What did not come along, so that the field is blank here,
    is filled as if we had never met the record. Where we wrote to both, the value that is there counts. `earlier` are
    the ids that lead to the record.
    """
    own = sent_values([row for row in rows if row.person == record.ref])
    carried: dict[str, Json] = {}
    for name, value in _sent_elsewhere(record, rows, earlier=earlier).items():
        spec, path = schema.find_field(name), f"{record.ref.type.value}.{name}"
        if spec is None:
            continue
        current = record.values.get(spec.name)
        is_there = same_value(current, value, spec=spec)
        if path in own and (not is_there or same_value(current, own[path], spec=spec)):
            continue
        if is_there or not is_blank(current):
            carried[name] = value
    return {**own, **{f"{record.ref.type.value}.{name}": value for name, value in carried.items()}}, carried


def _sent_elsewhere(record: PersonRecord, rows: Sequence[Row], *, earlier: Collection[PersonRef]) -> dict[str, Json]:
    """Return {field: value} of what we wrote last to the records that became this one."""
    others = [row for row in rows if row.person is not None and row.person in earlier and row.person != record.ref]
    sent: dict[str, Json] = {}
    for row in oldest_sync_first(others):
        assert row.person is not None  # noqa: S101 - only such rows are among them
        prefix = f"{row.person.type.value}."
        own = {path.removeprefix(prefix): value for path, value in row.sent_values.items() if path.startswith(prefix)}
        sent |= own
    return sent
