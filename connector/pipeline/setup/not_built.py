"""Refuse settings whose effect does not exist yet, instead of ignoring them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.problem import Problem, gettext_noop


@dataclass(frozen=True, slots=True)
class NotBuilt:
    """One setting and the values of it that have no effect yet."""

    key: str
    is_asked_for: Callable[[Any], bool]
    instead: str
    """What to write until then."""


LINK_NOT_BUILT = (NotBuilt("create_statuses", bool, "false"),)

NOT_BUILT_YET: Mapping[str, tuple[NotBuilt, ...]] = {
    "links": LINK_NOT_BUILT,
}
"""{section of the configuration file: settings}; a row goes when its effect is built."""


def refuse_not_built(section: str, values: Mapping[str, Any]) -> list[Problem]:
    """Return a problem for each value whose effect is not built; keys as in the configuration file."""
    text = gettext_noop("This value of %(key)s has no effect yet, so it is refused. Write %(instead)s for now.")
    return [
        Problem("not_built_yet", setting.key, text, {"key": setting.key, "instead": setting.instead})
        for setting in NOT_BUILT_YET[section]
        if values.get(setting.key) is not None and setting.is_asked_for(values[setting.key])
    ]
