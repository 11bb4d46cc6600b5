"""Values are put back from the log, from a run and from an event: shown first, with a reason, by whom it is allowed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.admin.log import put_back
from connector.models import Errand, SyncAttempt, SyncRun
from connector.pipeline.errands import putting_back
from connector.pipeline.errands.work import carry_out
from tests.acceptance.people import someone
from tests.admin.conftest import SignIn
from tests.replaced import title
from tests.world import World

ATTEMPTS = "/admin/connector/syncattempt/"
RUNS = "/admin/connector/syncrun/"


def run_url() -> str:
    return reverse("admin:connector_syncrun_put_back", args=[SyncRun.objects.order_by("pk")[0].pk])


def link_url(world: World, field: str = "") -> str:
    url = reverse("admin:connector_campaignlink_put_back", args=[world.link.pk])
    return f"{url}?field={field}" if field else url


def texts(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_a_run_is_shown_first_and_put_back_with_a_reason(replaced: World, admin_client: Client) -> None:
    page = admin_client.post(run_url()).content.decode()
    assert "1 value would be put back." in page
    assert ">Ada Lovelace</a>" in page
    assert '<del>CTO</del></td><td data-label="Again"><ins>Student</ins>' in page
    assert "1 × written when the record was created" in page
    assert title(replaced) == "CTO"
    assert admin_client.post(run_url(), {"reason": " "}).status_code == 200
    assert title(replaced) == "CTO"

    done = admin_client.post(run_url(), {"reason": "wrong column"}, follow=True)

    assert title(replaced) == "Student"
    assert "1 value was put back. Kept: 1 × written when" in texts(done)
    run = SyncRun.objects.get(trigger="put_back")
    assert (run.requested_by, run.entry_count, run.attempts.get().request_reason) == ("admin", 1, "wrong column")
    assert done.redirect_chain[0][0] == reverse("admin:connector_syncrun_change", args=[run.pk])
    assert "Asked for by" in done.content.decode()


def test_opening_an_address_asks_salesforce_for_nothing(replaced: World, admin_client: Client) -> None:
    run_page = reverse("admin:connector_syncrun_change", args=[SyncRun.objects.get().pk])
    replaced.reset_calls()
    for url in (run_page, run_url(), link_url(replaced), link_url(replaced, "Contact.Title")):
        page = admin_client.get(url).content.decode()
        assert '<button type="submit"' in page
        assert "<ins>" not in page
    assert replaced.api_calls() == 0


def test_clicked_twice_says_that_there_is_nothing_left(replaced: World, admin_client: Client) -> None:
    url = run_url()
    admin_client.post(url, {"reason": "wrong column"})
    done = admin_client.post(url, {"reason": "wrong column"}, follow=True)
    assert "Nothing was put back. Kept: 1 × Salesforce holds the earlier value already" in texts(done)
    assert "0 values would be put back." in admin_client.post(url).content.decode()
    assert SyncRun.objects.filter(trigger="put_back").count() == 1


def test_selected_lines_of_the_log_are_put_back(replaced: World, admin_client: Client) -> None:
    ids = [str(attempt.pk) for attempt in SyncAttempt.objects.all()]
    page = admin_client.post(ATTEMPTS, {"action": "put_back_selected", "_selected_action": ids}).content.decode()
    assert "1 value would be put back." in page
    assert f'name="ids" value="{ids[0]}"' in page
    assert len(ids) == 1
    assert "Put back what 1 line wrote" in page
    admin_client.post(f"{ATTEMPTS}put-back/", {"ids": ids, "reason": "wrong"})
    assert title(replaced) == "Student"
    assert admin_client.get(f"{ATTEMPTS}put-back/").status_code == 302


@pytest.fixture
def twice(replaced: World) -> World:
    """A world in which a second run replaced the title once more."""
    replaced.send({**someone("p1"), "position": "CEO"})
    assert title(replaced) == "CEO"
    return replaced


def tick_runs(client: Client) -> Any:
    ids = list(SyncRun.objects.order_by("pk").values_list("pk", flat=True))
    return client.post(RUNS, {"action": "put_back_selected", "_selected_action": ids}), ids


def test_several_runs_are_put_back_to_what_was_before_the_first(twice: World, admin_client: Client) -> None:
    shown, ids = tick_runs(admin_client)
    page = shown.content.decode()
    assert "Put back what 2 runs wrote" in page
    assert "Salon 2026: 2 runs" in page
    assert '<del>CEO</del></td><td data-label="Again"><ins>Student</ins>' in page
    assert title(twice) == "CEO"
    assert admin_client.post(f"{RUNS}put-back-many/", {"ids": ids}).status_code == 200
    assert title(twice) == "CEO"

    done = admin_client.post(f"{RUNS}put-back-many/", {"ids": ids, "reason": "wrong"}, follow=True)

    assert "1 value was put back." in texts(done)
    assert title(twice) == "Student"
    done = admin_client.post(f"{RUNS}put-back-many/", {"ids": ids, "reason": "wrong"}, follow=True)
    assert "Nothing was put back." in texts(done)
    assert admin_client.get(f"{RUNS}put-back-many/").status_code == 302


def test_many_people_of_several_runs_are_left_to_the_workers(
    twice: World, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting_back, "AT_ONCE", 0)
    _shown, ids = tick_runs(admin_client)
    admin_client.post(f"{RUNS}put-back-many/", {"ids": ids, "reason": "wrong"})
    errand = Errand.objects.get(kind=Errand.Kind.PUT_BACK)
    carry_out(errand.pk)
    assert title(twice) == "Student"


def test_too_many_runs_are_refused(twice: World, admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(put_back, "MAX_SELECTED", 1)
    shown, _ids = tick_runs(admin_client)
    assert shown.status_code == 302
    assert "At most 1 runs at once" in texts(admin_client.get(RUNS))


def test_runs_are_put_back_by_whom_it_is_allowed(twice: World, sign_in: SignIn) -> None:
    client = sign_in("view_syncrun")
    assert "put_back_selected" not in client.get(RUNS).content.decode()
    ids = list(SyncRun.objects.values_list("pk", flat=True))
    assert client.post(f"{RUNS}put-back-many/", {"ids": ids, "reason": "wrong"}).status_code == 403
    assert title(twice) == "CEO"


def test_too_many_lines_are_refused_with_the_way_out(
    replaced: World, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(put_back, "MAX_SELECTED", 0)
    ids = [str(attempt.pk) for attempt in SyncAttempt.objects.all()]
    data = {"action": "put_back_selected", "_selected_action": ids}
    assert "A whole run" in texts(admin_client.post(ATTEMPTS, data, follow=True))
    assert title(replaced) == "CTO"


def test_a_field_of_an_event_is_chosen_and_put_back(replaced: World, admin_client: Client) -> None:
    page = admin_client.get(link_url(replaced)).content.decode()
    assert link_url(replaced, "Contact.Title") in page
    assert "CampaignMember.Status" not in page
    assert ">Contact · Title</button>" in page
    looked = admin_client.post(link_url(replaced, "Contact.Title")).content.decode()
    assert "<ins>Student</ins>" in looked
    assert 'Contact · Title <code class="cx-subtle">Contact.Title</code>' in looked
    admin_client.post(link_url(replaced, "Contact.Title"), {"reason": "wrong mapping"})
    assert title(replaced) == "Student"


def test_many_are_left_to_the_workers_and_the_page_of_the_task_is_shown(
    replaced: World, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting_back, "AT_ONCE", 0)
    monkeypatch.setattr(put_back, "AT_ONCE", 0)
    assert "1 of them were not looked at" in admin_client.post(run_url()).content.decode()
    done = admin_client.post(run_url(), {"reason": "wrong"}, follow=True)
    assert "The workers put the values back" in texts(done)
    errand = Errand.objects.get(kind="put_back")
    task_url = reverse("admin:connector_errand_change", args=[errand.pk])
    assert (done.redirect_chain[0][0], title(replaced)) == (task_url, "CTO")

    carry_out(errand.pk)
    page = admin_client.get(task_url).content.decode()
    assert title(replaced) == "Student"
    assert ">1</b> put back" in page
    assert ">1</b> written when the record was created" in page
    assert reverse("admin:connector_syncrun_change", args=[SyncRun.objects.get(trigger="put_back").pk]) in page


def test_a_task_that_stopped_says_what_is_back_and_is_stopped_by_whom_it_is_for(
    replaced: World, admin_client: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting_back, "AT_ONCE", 0)
    admin_client.post(run_url(), {"reason": "wrong"})
    errand = Errand.objects.get()
    operator = sign_in("view_errand", "see_people", "resync_campaignlink", "view_syncrun")
    page = reverse("admin:connector_errand_change", args=[errand.pk])
    stop = reverse("admin:connector_errand_stop", args=[errand.pk])
    assert stop not in operator.get(page).content.decode()
    assert operator.post(stop).status_code == 403
    counted = {"after": 1, "restored": 7, "failed": 0, "kept": {}, "api_calls": 3}
    Errand.objects.update(position=counted, done_count=7)
    assert "What is done stays done." in texts(admin_client.post(stop, follow=True))
    assert ">7</b> put back" in admin_client.get(page).content.decode()


def test_what_salesforce_refuses_is_said(replaced: World, admin_client: Client) -> None:
    rule = {"sobject": "Contact", "field": "Title", "equals": "Student", "message": "No"}
    replaced.switch(validation_rules=[rule])
    assert "1 value was refused" in texts(admin_client.post(run_url(), {"reason": "wrong"}, follow=True))


def test_salesforce_away_is_said(replaced: World, admin_client: Client) -> None:
    replaced.fault({"close_before": True}, times=9)
    assert "Salesforce did not answer usefully." in texts(admin_client.post(run_url(), follow=True))
    assert "Salesforce did not answer usefully." in texts(admin_client.post(run_url(), {"reason": "x"}, follow=True))
    assert title(replaced) == "CTO"


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        ((), 403),
        (("resync_campaignlink", "view_syncrun"), 403),
        (("change_campaignlink",), 403),
        (("change_campaignlink", "resync_campaignlink", "view_syncrun", "view_campaignlink", "see_people"), 200),
    ],
)
def test_who_may(replaced: World, sign_in: SignIn, permissions: tuple[str, ...], status: int) -> None:
    client = sign_in(*permissions)
    for url in (run_url(), link_url(replaced), link_url(replaced, "Contact.Title")):
        assert client.get(url).status_code == status
    if status == 403:
        assert client.post(run_url(), {"reason": "x"}).status_code == 403
        assert client.post(f"{ATTEMPTS}put-back/", {"ids": ["1"], "reason": "x"}).status_code == 403
        assert title(replaced) == "CTO"


def test_the_buttons_are_shown_to_whom_they_are_for(replaced: World, sign_in: SignIn, admin_client: Client) -> None:
    run_page = reverse("admin:connector_syncrun_change", args=[SyncRun.objects.get().pk])
    link_page = reverse("admin:connector_campaignlink_event", args=[replaced.link.pk])
    assert "Put back…" in admin_client.get(run_page).content.decode()
    assert "Put values back…" in admin_client.get(link_page).content.decode()
    assert "put_back_selected" in admin_client.get(ATTEMPTS).content.decode()
    client = sign_in("view_syncrun", "view_campaignlink", "view_syncattempt")
    assert "Put back…" not in client.get(run_page).content.decode()
    assert "Put values back…" not in client.get(link_page).content.decode()
    assert "put_back_selected" not in client.get(ATTEMPTS).content.decode()
