"""The org: its rows, its switches, who is signed in, and what was asked of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from simulator.accounts import Accounts
from simulator.calls import CallLog
from simulator.catalog import Catalog, build_catalog, visible_catalog
from simulator.clock import now_text
from simulator.cursors import Cursors
from simulator.faults import Faults
from simulator.locks import CampaignLocks
from simulator.rights import sees_all
from simulator.settings import Settings
from simulator.setup_rows import chosen, settled_rows
from simulator.shapes import Json, Row
from simulator.store import Store

Loader: TypeAlias = "Callable[[Org, Json], dict[str, str]]"


class Org:
    """One Salesforce org, made from a seed and made anew by reset()."""

    full_catalog: Catalog
    catalog: Catalog
    """The objects as the integration user sees them."""
    settings: Settings
    store: Store
    accounts: Accounts

    def __init__(self, seed: Json, *, load: Loader) -> None:
        """Take the seed, and what fills an empty org from it and returns {_ref: id}."""
        self._seed = seed
        self._load = load
        self._overrides: dict[str, Json] = {}
        self.calls = CallLog()
        self.faults = Faults()
        self.locks = CampaignLocks()
        self.cursors = Cursors()
        self.reset()

    def reset(self) -> None:
        """Go back to the seed: rows, settings, counters, faults. Tokens stay valid."""
        self._custom_fields: dict[str, list[Json]] = {
            name: list(fields) for name, fields in self._seed.get("custom_fields", {}).items()
        }
        self.settings = Settings().changed({**self._seed.get("settings", {}), **self._overrides})
        self.full_catalog = self._build_catalog()
        self.catalog = visible_catalog(self.full_catalog, settings=self.settings)
        self.schema_changed_at = now_text()
        self.store = Store(self.full_catalog)
        self.calls.reset()
        self.calls.used = 0
        self.faults.clear()
        self.cursors.clear()
        names = self._load(self, self._seed)
        self._settle(chosen(self.settings))
        accounts = Accounts(self._seed, refs=names)
        if hasattr(self, "accounts"):
            accounts.adopt_sessions(self.accounts)
        self.accounts = accounts

    def override(self, values: dict[str, Json]) -> None:
        """Set switches that also outlive reset() (those of the command line). Raises ValueError."""
        self._overrides.update(values)
        self.change_settings(values)

    def change_settings(self, values: dict[str, Json]) -> None:
        """Set switches; `custom_fields` adds fields, `api_used` sets the counter. Raises ValueError."""
        values = dict(values)
        with self.store.lock:
            for name, fields in values.pop("custom_fields", {}).items():
                self._custom_fields.setdefault(name, []).extend(fields)
            if "api_used" in values:
                self.calls.used = int(values.pop("api_used"))
            self.settings = self.settings.changed(values)
            self.full_catalog = self._build_catalog()
            self.store.adopt(self.full_catalog)
            self._fill_defaults()
            self.catalog = visible_catalog(self.full_catalog, settings=self.settings)
            self.schema_changed_at = now_text()
            self._settle(values.keys())

    def put_row(self, sobject: str, *, values: Row) -> str:
        """Add or change a row past all rules but the shape of a row, as a colleague; return its id."""
        with self.store.lock:
            old = self.store.get(sobject, row_id=values.get("Id")) or self._blank_row(sobject)
            row = {**old, **self._stamp(sobject), **values}
            if sobject in ("Contact", "Lead", "User") and "Name" not in values:
                row["Name"] = " ".join(p for p in (row.get("FirstName"), row.get("LastName")) if p) or None
            if isinstance(row.get("Email"), str):
                row["Email"] = row["Email"].lower()
            self.store.put(sobject, row=row)
            return str(row["Id"])

    def erase(self, sobject: str, *, row: Row) -> None:
        """Mark a row deleted, and all rows that go with it."""
        with self.store.lock:
            self.store.put(sobject, row={**row, "IsDeleted": True, "SystemModstamp": now_text()})
            for child in self.full_catalog[sobject.lower()].children:
                if child.cascade:
                    for one in self.store.find(child.sobject, field=child.field, value=row["Id"]):
                        if not one["IsDeleted"]:
                            self.erase(child.sobject, row=one)

    def can_see(self, sobject: str, row: Row) -> bool:
        """Tell whether sharing lets the integration user see a row."""
        hides = self.settings.sharing_hides.get(sobject)
        if not hides or sees_all(self.store, sobject, user_id=self.accounts.integration_user_id):
            return True
        if hides == "not_owned":
            return row.get("OwnerId") == self.accounts.integration_user_id
        return row["Id"] not in hides

    @property
    def organization_id(self) -> str:
        """The org's own id."""
        return str(self.store.all("Organization")[0]["Id"])

    def _settle(self, changed: Collection[str]) -> None:
        """Keep the rows that tell how the org is set up in step with these switches."""
        for sobject, values in settled_rows(self.store, settings=self.settings, changed=changed):
            self.put_row(sobject, values=values)

    def _blank_row(self, sobject: str) -> Row:
        one = self.full_catalog[sobject.lower()]
        row: Row = {field.name: field.default for field in one.fields.values() if field.default is not None}
        row.update(Id=self.store.new_id(sobject), IsDeleted=False)
        if one.field("CreatedDate"):
            row.update(CreatedDate=now_text(), CreatedById=self._colleague_id)
        if one.field("OwnerId"):
            row["OwnerId"] = next((user["Id"] for user in self.store.all("User")), None)
        return row

    def _stamp(self, sobject: str) -> Row:
        """Say who changes a row now: Salesforce notes the user of every write, which no caller can choose.

        https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/system_fields.htm
        """
        if not self.full_catalog[sobject.lower()].field("LastModifiedDate"):
            return {}
        now = now_text()
        return {"LastModifiedDate": now, "LastModifiedById": self._colleague_id, "SystemModstamp": now}

    @property
    def _colleague_id(self) -> str | None:
        """Return the user behind whatever happens past the API: the second of the seed, where there are several."""
        ids = [user["Id"] for user in self.store.all("User")][:2]
        return ids[-1] if ids else None

    def _build_catalog(self) -> Catalog:
        return build_catalog(self._custom_fields, person_accounts=self.settings.person_accounts)

    def _fill_defaults(self) -> None:
        """Give the rows that are there the defaults of fields that were added."""
        for one in self.full_catalog.values():
            defaults = {field.name: field.default for field in one.fields.values() if field.default is not None}
            for row in self.store.all(one.name):
                missing = {name: value for name, value in defaults.items() if name not in row}
                if missing:
                    self.store.put(one.name, row={**row, **missing})
