"""Find the owner and the account of new people by name: a press searches, the next page offers what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from connector.admin.frame.explain import explain_code
from connector.admin.frame.kept_answers import keep_answer, kept_answer
from connector.admin.links.found import describe_found
from connector.admin.links.wizard.draft_form import DraftForm
from connector.models import CampaignLink, SalesforceOrg
from connector.pipeline.setup.find_by_name import FoundRecords, find_accounts, find_owners

_FOUND_SECONDS = 600
"""How long what was found is shown; whoever comes back later searches again."""


@dataclass(frozen=True, slots=True)
class ByName:
    """A search that fills in the field `<name>_id`: its box is `<name>_q`, its button `search-<name>`."""

    name: str
    find: Callable[[SalesforceOrg, str, str], FoundRecords]
    """Takes the organisation, the text and as what people are created."""
    words: Callable[[str], tuple[str, str]]
    """Returns what stands above what was found, and what is said where nothing was."""

    def search(self, request: HttpRequest, form: DraftForm) -> None:
        """Search as the button asks; posted, as the search of campaigns is."""
        if form.org is None:
            return
        text = request.POST.get(f"{self.name}_q", "")
        answer = self.find(form.org, text, form.link.create_as)
        found = [(record.id, record.name, describe_found(record)) for record in answer.records]
        kept = {"q": text, "found": found, "problem_code": answer.problem_code}
        keep_answer(request, self.name, about=_about(form), answer=kept)

    def show(self, request: HttpRequest, form: DraftForm, *, chosen: str) -> dict[str, Any]:
        """Return what the page shows of the last search, and the name of what is chosen."""
        kept = kept_answer(request, self.name, about=_about(form), seconds=_FOUND_SECONDS)
        last = kept or {"q": "", "found": None, "problem_code": ""}
        problem = explain_code(last["problem_code"]) if last["problem_code"] else None
        legend, nothing = self.words(form.link.create_as)
        return {"name": self.name, "chosen": chosen, "q": last["q"], "found": last["found"], "problem": problem,
                "legend": legend, "nothing": nothing}  # fmt: skip


def _owner_words(create_as: str) -> tuple[str, str]:
    if create_as == CampaignLink.Create.LEAD:
        nobody = gettext("Nobody found: no active user and no queue for Leads has this in its name.")
        return gettext("Users and queues found"), nobody
    return gettext("Users found"), gettext("Nobody found: no active user has this in their name.")


def _account_words(_create_as: str) -> tuple[str, str]:
    return gettext("Accounts found"), gettext("Nothing found: no account that the connector sees has this in its name.")


def _about(form: DraftForm) -> str:
    return f"{form.draft.pk} {form.org.pk if form.org else ''} {form.link.create_as}"


OWNER = ByName("owner", lambda org, text, create_as: find_owners(org, text, create_as=create_as), _owner_words)
ACCOUNT = ByName("account", lambda org, text, _create_as: find_accounts(org, text), _account_words)
