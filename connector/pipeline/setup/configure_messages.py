"""Say in plain words what a key's value should have been; never repeat a secret."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.pipeline.setup import configure_schema as schema
from connector.pipeline.setup.configure_yaml import ConfigError, Document, Path, dotted

SECRET_KEYS = frozenset(
    {"client_secret", "password", "security_token", "private_key", "secrets", "bearer_tokens", "client_id"}
)
"""Keys whose values are never shown."""

SECTIONS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): schema.ConfigFile,
    ("orgs",): schema.OrgSection,
    ("sources",): schema.SourceSection,
    ("links",): schema.LinkSection,
    ("links", "campaign"): schema.CampaignSection,
    ("links", "match_emails"): schema.MatchEmailsSection,
    ("links", "match_key"): schema.MatchKeySection,
    ("links", "statuses"): schema.StatusesSection,
    ("links", "only"): schema.FilterSection,
    ("links", "consent"): schema.ConsentSection,
    ("links", "placeholders"): schema.PlaceholdersSection,
    ("links", "record_types"): schema.RecordTypesSection,
    ("links", "mappings"): schema.MappingSection,
}
"""{keys on the way: what the mapping there may hold}"""

_PATTERNS: Mapping[str, str] = {
    "login_url": "Write scheme and host only, like https://acme.my.salesforce.com.",
    "api_version": 'Write a version like "64.0".',
    "field": "Write the API name of the field: letters, digits and underscores, like Title or Dietary__c.",
}

_FIXED: Mapping[str, str] = {
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "int_type": "Write a whole number.",
    "int_parsing": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "list_type": "Write a list: [a, b], or one item a line with a dash.",
    "dict_type": "Write a mapping: {key: value}.",
    "model_type": "Write a mapping: {key: value}.",
    "string_too_short": "This may not be empty.",
    "uuid_parsing": "Write a UUID like 0b0e4a0c-1111-4222-8333-444455556666.",
    "uuid_type": "Write a UUID like 0b0e4a0c-1111-4222-8333-444455556666.",
}


def config_errors(exc: ValidationError, document: Document, prefix: Path) -> list[ConfigError]:
    """Turn what pydantic found in one section into errors with lines and plain words."""
    return [_config_error(details, document, prefix) for details in exc.errors(include_url=False)]


def meant_paths(exc: ValidationError, prefix: Path) -> set[str]:
    """Return the paths of the keys that were probably meant by unknown ones."""
    unknown = [(*prefix, *details["loc"]) for details in exc.errors() if details["type"] == "extra_forbidden"]
    return {dotted((*path[:-1], near)) for path in unknown if (near := _near_key(path))}


def unknown_key(document: Document, path: Path) -> ConfigError:
    """Make the error for a key that has no meaning, with the one that was probably meant."""
    near = _near_key(path)
    hint = f"Did you mean {near}?" if near else f"Known here: {', '.join(known_keys(path[:-1]))}."
    return document.error(path, f"Unknown key {path[-1]}. {hint}")


def _near_key(path: Path) -> str | None:
    return next(iter(difflib.get_close_matches(str(path[-1]), known_keys(path[:-1]), n=1)), None)


def known_keys(path: Path) -> list[str]:
    """List the keys that a mapping at that path may have."""
    section = SECTIONS.get(tuple(part for part in path if isinstance(part, str)))
    if section is None:
        return []
    return [field.alias or name for name, field in section.model_fields.items()]


def _config_error(details: ErrorDetails, document: Document, prefix: Path) -> ConfigError:
    path = (*prefix, *(part for part in details["loc"] if part != "[key]"))
    kind = details["type"]
    if kind == "extra_forbidden":
        return unknown_key(document, path)
    if kind == "missing":
        return document.error(path, f"The key {path[-1]} is required here.")
    return document.error(path, _message(kind, details, shown=_shown(details.get("input"), document, path)))


def _message(kind: str, details: ErrorDetails, *, shown: str) -> str:
    if kind in _FIXED:
        return _FIXED[kind]
    ctx: Mapping[str, Any] = details.get("ctx") or {}
    describe = _DESCRIBED.get(kind)
    if describe is not None:
        return describe(ctx, shown, str(details["loc"][-1]))
    return f"{details['msg']}."


def _choice(ctx: Mapping[str, Any], shown: str, key: str) -> str:
    expected = str(ctx["expected"]).replace("'", "")
    choices = expected.replace(" or ", ", ").split(", ")
    near = difflib.get_close_matches(shown, choices, n=1)
    return f"{shown} is not a choice here. " + (f"Did you mean {near[0]}? " if near else "") + f"Write {expected}."


def _text(ctx: Mapping[str, Any], shown: str, key: str) -> str:
    return "This needs a value." if shown == "null" else f"This must be text: write it in quotes, not as {shown}."


def _pattern(ctx: Mapping[str, Any], shown: str, key: str) -> str:
    return _PATTERNS.get(key, f"{shown} has the wrong form.")


def _sentence(ctx: Mapping[str, Any], shown: str, key: str) -> str:
    text = str(ctx["error"])
    return text[:1].upper() + text[1:] + "."


_DESCRIBED: Mapping[str, Callable[[Mapping[str, Any], str, str], str]] = {
    "literal_error": _choice,
    "string_type": _text,
    "string_pattern_mismatch": _pattern,
    "value_error": _sentence,
    "string_too_long": lambda ctx, shown, key: f"At most {ctx['max_length']} characters fit here.",
    "greater_than_equal": lambda ctx, shown, key: f"Write {ctx['ge']} or more.",
    "less_than_equal": lambda ctx, shown, key: f"Write {ctx['le']} or less.",
}


def _shown(value: Any, document: Document, path: Path) -> str:
    """Return how a value may be shown: not at all where it is or may be a secret."""
    if any(part in SECRET_KEYS for part in path):
        return "this value"
    if path in document.variables:
        return f"the value of {document.variables[path]}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    return str(value)[:80]
