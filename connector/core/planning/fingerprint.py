"""Recognise that nothing which matters to Salesforce changed since the last success (rules 6.2 and 6.3)."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from connector.core.mapping import read_source
from connector.core.matching.match_key import keys_of
from connector.core.participant import STANDARD_FIELDS, Json
from connector.core.rows import LinkPolicy
from connector.core.schema import SObject
from connector.core.screen import Person


def fingerprint(person: Person, policy: LinkPolicy, *, version: str) -> str:
    """Return a hash of everything that decides what is written for a person.

    `version` names the configuration: mapping and policy version, campaign and organisation. Values that no mapping
    reads do not count.
    """
    facts = person.facts(policy)
    return _digest(
        {
            "version": version,
            "identity": _identity(facts.values),
            "keys": keys_of(person, policy),
            "mapped": [read_source(rule, facts) for rule in person.rules(policy)],
            "target": facts.state,
            "states": sorted(set(person.states_seen())),
            "answers": [dict(row.answers) for row in person.rows if row.answers],
        }
    )


def person_fingerprint(person: Person, policy: LinkPolicy, *, version: str) -> str:
    """Return a hash of what concerns the Contact or Lead: while it stays, a check-in needs no reading (rule 6.2)."""
    facts = person.facts(policy)
    rules = [rule for rule in person.rules(policy) if rule.sobject is not SObject.CAMPAIGN_MEMBER]
    return _digest(
        {
            "version": version,
            "identity": _identity(facts.values),
            "keys": keys_of(person, policy),
            "mapped": [read_source(rule, facts) for rule in rules],
            "answers": [dict(row.answers) for row in person.rows if row.answers],
        }
    )


def _identity(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: values.get(name) for name in ("id", *STANDARD_FIELDS)}


def _digest(material: dict[str, Json]) -> str:
    text = json.dumps(material, sort_keys=True, default=_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
