"""@{reference.path}: results of earlier subrequests inside later ones.

Salesforce looks for them in every address and every string of a body, whoever typed it:
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.errors import ApiError
from simulator.shapes import Json

_REFERENCE = re.compile(r"@\{([^{}]*)\}")
_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]")


def has_reference(value: Json) -> bool:
    """Tell whether any string in a value holds a reference."""
    if isinstance(value, str):
        return _REFERENCE.search(value) is not None
    if isinstance(value, dict):
        return any(has_reference(one) for one in value.values())
    return isinstance(value, list) and any(has_reference(one) for one in value)


def resolve_references(value: Json, *, results: Mapping[str, Json]) -> Json:
    """Return the value with every reference replaced. Raises ApiError PROCESSING_HALTED for one that leads nowhere."""
    if isinstance(value, str):
        return _in_text(value, results=results)
    if isinstance(value, dict):
        return {name: resolve_references(one, results=results) for name, one in value.items()}
    if isinstance(value, list):
        return [resolve_references(one, results=results) for one in value]
    return value


def _in_text(text: str, *, results: Mapping[str, Json]) -> Json:
    whole = _REFERENCE.fullmatch(text)
    if whole is not None:
        return _look_up(whole.group(1), results=results)
    return _REFERENCE.sub(lambda match: str(_look_up(match.group(1), results=results)), text)


def _look_up(path: str, *, results: Mapping[str, Json]) -> Json:
    """Follow name.key[0].key; keys are case-sensitive, as documented."""
    current: Json = results
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise halted(path)
        key, index = step.groups()
        if key is not None and isinstance(current, Mapping) and key in current:
            current = current[key]
        elif index is not None and isinstance(current, list) and int(index) < len(current):
            current = current[int(index)]
        else:
            raise halted(path)
        at = step.end()
    if current is None or isinstance(current, dict | list) or not path:
        raise halted(path)
    return current


def halted(path: str) -> ApiError:
    """Build the failure of the whole subrequest (assumption: these words)."""
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    message = f"Invalid reference specified. No value for {path} found in {name}"
    return ApiError(400, code="PROCESSING_HALTED", message=message)
