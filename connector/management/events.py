"""Find the link that a command speaks of."""

from connector.core.participant import normalise_id
from connector.management.base import CommandProblem
from connector.models import CampaignLink


def link_of_event(event_id: str) -> CampaignLink:
    """Return the link of an inwink event. Raises CommandProblem where there is none."""
    link = CampaignLink.objects.select_related("org").filter(inwink_event_id=normalise_id(event_id)).first()
    if link is not None:
        return link
    known = CampaignLink.objects.order_by("event_name", "inwink_event_id").values_list("inwink_event_id", flat=True)[
        :10
    ]
    raise CommandProblem(f"The event {event_id} is not linked. Linked: {', '.join(known) or 'none yet'}.")
