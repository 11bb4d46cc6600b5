"""What django-q2 runs; each is a door to the pipeline and decides nothing."""

from django.utils import timezone

from connector.models import CampaignLink
from connector.pipeline.alerts.tell import tell_people
from connector.pipeline.connection.schema_refresh import refresh_schemas
from connector.pipeline.connection.token_health import check_tokens as check_sign_ins
from connector.pipeline.errands.start import revive_errands
from connector.pipeline.errands.work import carry_out as carry_out_errand
from connector.pipeline.inbox.linking import move_unlinked
from connector.pipeline.preflight import visibility
from connector.pipeline.privacy.prune import prune as prune_rows
from connector.pipeline.runs.drain import drain_link
from connector.pipeline.runs.drain import sweep as sweep_links


def drain(link_id: int) -> None:
    """Send what is due for one link."""
    drain_link(link_id)


def move(link_id: int) -> None:
    """Move the participants that waited for a link that was just made; nothing to do where it is gone again."""
    for link in CampaignLink.objects.filter(pk=link_id):
        move_unlinked(link)


def sweep() -> None:
    """Do each minute what nobody else was there to do."""
    sweep_links()
    revive_errands(timezone.now())
    tell_people(timezone.now())


def check_tokens() -> None:
    """Do each day: sign in everywhere, so that what died is noticed."""
    check_sign_ins()


def prove_visibility() -> None:
    """Do each hour: read anew whether the integration users see everybody."""
    visibility.prove_visibility()


def refresh_describes() -> None:
    """Do each day: ask anew what the integration users may do with which fields."""
    refresh_schemas()


def carry_out(errand_id: int) -> None:
    """Do a slice of what somebody asked for in the admin."""
    carry_out_errand(errand_id)


def prune() -> None:
    """Do each day: delete what has been kept long enough."""
    prune_rows(now=timezone.now())
