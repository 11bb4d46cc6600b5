"""The settings of a link, as a story chooses them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """What rules.md calls the policies of a link."""

    match: str = "contact_then_lead"
    create: str = "lead"
    create_for: tuple[str, ...] = ("registered", "attended")
    update_existing: bool = False
    ambiguous: str = "review"
    never_downgrade: bool = True
    removed_members: str = "respect"
    refused: str = ""
    not_registered: str = ""
    title_mode: str = "overwrite"
    email_mode: str = "if_new"
    same_email: str = "review"

    @property
    def searched(self) -> tuple[str, ...]:
        """The objects that are searched, the preferred one first."""
        return {
            "contact_then_lead": ("Contact", "Lead"),
            "lead_then_contact": ("Lead", "Contact"),
            "contact_only": ("Contact",),
            "lead_only": ("Lead",),
        }[self.match]

    @property
    def labels(self) -> Mapping[str, str]:
        """{state: label} of the states that are sent."""
        every = {"registered": "Registered", "attended": "Attended", "refused": self.refused,
                 "not_registered": self.not_registered}  # fmt: skip
        return {state: label for state, label in every.items() if label}

    def mode(self, name: str) -> str:
        """Return the mode of a field of people (rule 5.1)."""
        modes = {"FirstName": "if_empty", "LastName": "if_empty", "Title": self.title_mode, "Company": "overwrite",
                 "Email": self.email_mode}  # fmt: skip
        return modes[name]
