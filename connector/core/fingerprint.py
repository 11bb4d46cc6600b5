"""Recognise that nothing which matters to Salesforce changed since the last success (rule 6.3)."""

import hashlib
import json
from datetime import datetime

from connector.core.participant import STANDARD_FIELDS, Json
from connector.core.rows import LinkPolicy
from connector.core.screen import Person


def fingerprint(person: Person, policy: LinkPolicy, *, version: str) -> str:
    """Return a hash of everything that decides what is written for a person.

    `version` names the configuration: mapping and policy version, campaign and organisation. Values that no mapping
    reads do not count.
    """
    facts = person.facts(policy)
    sources = {rule.source.partition(".")[0] for rule in policy.mappings if rule.source}
    custom = facts.values.get("custom") or {}
    read = {path: value for path, value in custom.items() if path.partition(".")[0] in sources}
    material: dict[str, Json] = {
        "version": version,
        "standard": {name: facts.values.get(name) for name in ("id", *STANDARD_FIELDS)},
        "custom": read,
        "target": facts.state,
        "states": sorted(set(person.states_seen())),
        "times": [facts.first_registered_at, facts.attended_at],
        "answers": [dict(row.answers) for row in person.rows if row.answers],
    }
    text = json.dumps(material, sort_keys=True, default=_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
