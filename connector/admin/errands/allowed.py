"""Who may start which kind of long task."""

from django.http import HttpRequest

from connector.admin.frame.onlooker import SEE_PEOPLE
from connector.admin.frame.permissions import holds_all
from connector.models import Errand

_PERMISSIONS: dict[str, tuple[str, ...]] = {
    Errand.Kind.CHECK_IMPORT: ("connector.import_participants",),
    Errand.Kind.IMPORT: ("connector.import_participants",),
    Errand.Kind.RECONCILE: ("connector.reconcile_participants",),
    Errand.Kind.MEND: ("connector.resync_campaignlink",),
    Errand.Kind.RESYNC: ("connector.resync_campaignlink",),
    Errand.Kind.REPLAY: ("connector.resync_campaignlink",),
    Errand.Kind.PREVIEW: (SEE_PEOPLE,),
    # changes what Salesforce holds: who may send again and configure links
    Errand.Kind.PUT_BACK: ("connector.resync_campaignlink", "connector.change_campaignlink", SEE_PEOPLE),
}


def may_start(request: HttpRequest, kind: str) -> bool:
    """Whether the person may start a task of this kind, stop it or do it again."""
    return holds_all(request, *_PERMISSIONS[kind])
