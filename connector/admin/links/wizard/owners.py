"""Find the owner of new people by name: a press searches, the page that follows offers what was found."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from connector.admin.frame.explain import explain_code
from connector.admin.frame.kept_answers import keep_answer, kept_answer
from connector.admin.links.wizard.draft_form import DraftForm
from connector.pipeline.setup.find_owners import FoundOwner, find_owners

_NAME = "owners"
_FOUND_SECONDS = 600
"""How long owners that were found are shown; whoever comes back later searches again."""


def search_owners(request: HttpRequest, form: DraftForm) -> None:
    """Search as the button asks; posted, as the search of campaigns is."""
    if form.org is None:
        return
    text = request.POST.get("owner_q", "")
    answer = find_owners(form.org, text, create_as=form.link.create_as)
    found = [(owner.id, owner.name, _detail(owner)) for owner in answer.owners]
    kept = {"q": text, "found": found, "problem_code": answer.problem_code}
    keep_answer(request, _NAME, about=_about(form), answer=kept)


def found_owners(request: HttpRequest, form: DraftForm) -> dict[str, Any]:
    """Return what the page shows of the last search; nothing where there was none."""
    kept = kept_answer(request, _NAME, about=_about(form), seconds=_FOUND_SECONDS)
    if kept is None:
        return {}
    problem = explain_code(kept["problem_code"]) if kept["problem_code"] else None
    return {"owner_q": kept["q"], "owners": kept["found"], "owner_problem": problem}


def _about(form: DraftForm) -> str:
    return f"{form.draft.pk} {form.org.pk if form.org else ''} {form.link.create_as}"


def _detail(owner: FoundOwner) -> str:
    kind = gettext("Queue") if owner.is_queue else gettext("User")
    return " · ".join(part for part in (kind, owner.email, owner.id) if part)
