"""Name one thing that a person must mend.

Texts are English templates: whoever shows one to a person translates `text` and fills in `params`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(text: str) -> str:
    """Mark a text for translation; the shell translates it."""
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a person must mend."""

    code: str
    key: str
    """What it is about, in the words of the configuration file: "field", "mode", "statuses.attended"."""
    text: str
    """English template for `params`, marked for translation."""
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The text in English."""
        return self.text % self.params
