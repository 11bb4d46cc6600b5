"""The admin, one package an area; importing it registers every page."""

from connector.admin.errands import errand_admin
from connector.admin.invitations import invitation_admin
from connector.admin.inwink import inbox, sources, unlinked_events
from connector.admin.links import link_admin
from connector.admin.log import attempts, runs
from connector.admin.orgs import org_admin
from connector.admin.people import erased, participants
from connector.admin.server import accounts, q2

__all__ = [
    "accounts",
    "attempts",
    "errand_admin",
    "erased",
    "inbox",
    "invitation_admin",
    "link_admin",
    "org_admin",
    "participants",
    "q2",
    "runs",
    "sources",
    "unlinked_events",
]
