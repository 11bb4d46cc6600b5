"""Member statuses that a configuration file asks for are created when it is applied (rule 4.3)."""

from collections.abc import Callable
from typing import Any

import pytest

from connector.models import CampaignLabels, CampaignLink
from connector.pipeline.setup.configure import Result, apply_config
from connector.pipeline.setup.export_config import export_config
from simulator.server import SimulatorServer
from tests.pipeline.setup.configuration import ENVIRON, campaign_id_of, config_text

pytestmark = pytest.mark.django_db

Apply = Callable[..., Result]
MISSING = {"attended: Attended": "attended: Checked in\n      refused: Sorry\n    create_statuses: true"}


@pytest.fixture
def apply(salesforce: SimulatorServer, settings: Any) -> Apply:
    """Apply the file to the simulator, with some of its text replaced."""
    settings.SALESFORCE_EXTRA_HOSTS = ["127.0.0.1"]

    def apply(edits: dict[str, str] | None = None, **how: Any) -> Result:
        return apply_config(config_text(salesforce.url, replace=edits), environ=ENVIRON, **how)

    return apply


def counts(result: Result) -> tuple[int, int, int]:
    """Return (created, updated, unchanged) of a file without errors."""
    assert result.errors == ()
    return result.created, result.updated, result.unchanged


def labels_of(salesforce: SimulatorServer) -> dict[str, bool]:
    """Return {label: whether it counts as responded} of the campaign."""
    return {row["Label"]: row["HasResponded"] for row in salesforce.org.store.all("CampaignMemberStatus")}


def test_missing_statuses_are_created_when_the_file_asks_for_them(apply: Apply, salesforce: SimulatorServer) -> None:
    planned = apply(MISSING, dry_run=True)
    assert "Sorry" not in labels_of(salesforce)
    assert dict(planned.diff[-1].changes) == {"Checked in": (None, "responded"), "Sorry": (None, None)}

    assert counts(apply(MISSING)) == (3, 0, 0)

    assert {"Checked in": True, "Sorry": False}.items() <= labels_of(salesforce).items()
    assert CampaignLink.objects.get().create_statuses
    assert "Sorry" in [row["label"] for row in CampaignLabels.objects.get().labels]
    before = labels_of(salesforce)
    assert counts(apply(MISSING)) == (0, 0, 3)
    assert labels_of(salesforce) == before
    assert "create_statuses: true" in export_config()


def test_one_that_is_gone_later_is_created_when_the_file_is_applied_again(
    apply: Apply, salesforce: SimulatorServer
) -> None:
    apply(MISSING)
    row = next(row for row in salesforce.org.store.all("CampaignMemberStatus") if row["Label"] == "Sorry")
    salesforce.org.erase("CampaignMemberStatus", row=row)
    assert counts(apply(MISSING)) == (0, 0, 3)
    rows = [row for row in salesforce.org.store.all("CampaignMemberStatus") if row["Label"] == "Sorry"]
    assert [row["IsDeleted"] for row in rows] == [True, False]


def test_statuses_that_may_not_be_created_are_refused_with_what_to_do(
    apply: Apply, salesforce: SimulatorServer
) -> None:
    salesforce.org.change_settings({"marketing_user": False})
    (error,) = apply(MISSING).errors
    assert error.path == "links[0].create_statuses"
    assert "Checked in, Sorry" in error.message
    assert not CampaignLink.objects.exists()


def test_a_status_in_another_spelling_is_not_created_beside_it(apply: Apply, salesforce: SimulatorServer) -> None:
    before = labels_of(salesforce)
    result = apply({"attended: Attended": "attended: ATTENDED\n    create_statuses: true"})
    assert [error.path for error in result.errors] == ["links[0].statuses.attended"]
    assert labels_of(salesforce) == before


def test_nothing_is_created_offline_or_where_the_file_is_wrong(apply: Apply, salesforce: SimulatorServer) -> None:
    before = labels_of(salesforce)
    assert apply({**MISSING, "field: Dietary__c": "field: Gone__c"}).errors
    assert apply({**MISSING, "{name: Salon 2026}": f"{{id: {campaign_id_of(salesforce)}}}"}, offline=True).errors == ()
    assert labels_of(salesforce) == before


def test_statuses_that_salesforce_does_not_make_leave_all_as_it_was(apply: Apply, salesforce: SimulatorServer) -> None:
    action = {"error_code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "rows": "all", "message": "no"}
    salesforce.org.faults.add({"match": {"sobject": "CampaignMemberStatus"}, "times": 1, "action": action})
    (error,) = apply(MISSING).errors
    assert "did not create Checked in, Sorry" in error.message
    assert not CampaignLink.objects.exists()
