"""Set up from nothing in a browser, until the first participant of inwink is in the Salesforce campaign.

`python -m bench.first_participant`: an empty database, one administrator, a Salesforce with the app and the campaign
ready, a sender that only has to be given address and secret. Everything else is clicked and typed in Chromium, at
the pace of a script: the table says what the product itself takes; a person's reading and typing come on top.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import time
import uuid
from dataclasses import dataclass, field

import requests
from playwright.sync_api import Page, expect

from bench.browser import make_administrator, signed_in
from bench.stack import Stack, wait_for

EVENT = "event-first"
EMAIL = "ada@first.example"
LATENCY_MS = 120
ARRIVAL_SECONDS = 60
PARTICIPANT = {
    "id": "1", "eventId": EVENT, "eventName": "Salon 2026", "email": EMAIL, "firstName": "Ada",
    "lastName": "Lovelace", "company": "Analytical Engines", "registered": True,
}  # fmt: skip


@dataclass
class Journey:
    """Seconds and clicks of each part of the way."""

    page: Page
    parts: list[tuple[str, float]] = field(default_factory=list)
    clicks: int = 0
    _since: float = field(default_factory=time.monotonic)

    def click(self, selector: str) -> None:
        """Click, and count it."""
        self.clicks += 1
        self.page.locator(selector).first.click()

    def done(self, part: str) -> None:
        """Note how long a part took."""
        now = time.monotonic()
        self.parts.append((part, now - self._since))
        self._since = now


def main() -> int:
    """Go the way and print the table; 1 where the participant does not arrive."""
    with Stack() as stack:
        stack.start_salesforce(latency_ms=LATENCY_MS)
        make_administrator(stack)
        stack.start_web()
        stack.start_worker()
        with signed_in(stack, width=1280) as page:
            journey = Journey(page)
            _connect(journey, stack)
            address, secret = _make_source(journey, stack)
            _send(address, secret)
            _link(journey, stack)
            wait_for(lambda: _has_arrived(stack), seconds=ARRIVAL_SECONDS, what="the first participant")
            journey.done("first participant in the campaign")
    print("From an empty database to the first participant, by browser only\n")
    for part, seconds in journey.parts:
        print(f"{part:36}{seconds:7.1f} s")
    print(f"{'together':36}{sum(seconds for _part, seconds in journey.parts):7.1f} s, {journey.clicks} clicks")
    return 0


def _connect(journey: Journey, stack: Stack) -> None:
    page = journey.page
    page.goto(f"{stack.web}/admin/connector/salesforceorg/add/")
    page.fill("#id_name", "Acme")
    page.fill("#id_login_url", stack.salesforce)
    page.fill("#id_client_id", "simulator-client")
    page.fill("#id_client_secret", "simulator-secret")
    journey.click("[name=_continue]")
    journey.click("button:has-text('Test connection')")
    expect(page.get_by_text("All good")).to_be_visible(timeout=30_000)
    journey.done("Salesforce connected and checked")


def _make_source(journey: Journey, stack: Stack) -> tuple[str, str]:
    page = journey.page
    page.goto(f"{stack.web}/admin/connector/webhooksource/add/")
    page.fill("#id_name", "inwink")
    journey.click("[name=_save]")
    secret = page.locator("#webhook-secret").inner_text()
    address = page.locator("#webhook-address").inner_text()
    journey.done("webhook source made")
    return address.strip(), secret.strip()


def _send(address: str, secret: str) -> None:
    """Send as inwink would, signed by the secret: https://github.com/standard-webhooks/standard-webhooks"""
    body, message_id, at = json.dumps(PARTICIPANT), f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{at}.{body}".encode(), hashlib.sha256).digest()
    headers = {
        "webhook-id": message_id, "webhook-timestamp": at, "content-type": "application/json",
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }  # fmt: skip
    answer = requests.post(address, data=body, headers=headers, timeout=30)
    assert answer.status_code == 202, answer.text


def _link(journey: Journey, stack: Stack) -> None:
    page = journey.page
    page.goto(f"{stack.web}/admin/")
    journey.click("a:has-text('Link to a campaign…')")
    _next(journey)
    page.locator("#id_campaign").press_sequentially("salon")
    expect(page.get_by_role("option").first).to_be_visible(timeout=30_000)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    _next(journey)
    while not re.search(r"/activate/$", page.url):
        owner = page.locator("input[name='owner_choice'][value='integration_user']")
        if owner.count():
            owner.check()
        _next(journey)
    journey.click(".cx-wizard-buttons button[value='activate']")
    expect(page.get_by_text("The event is linked.")).to_be_visible(timeout=30_000)
    journey.done("event linked, step by step")


def _next(journey: Journey) -> None:
    before = journey.page.url
    journey.click(".cx-wizard-buttons button[value='next']")
    journey.page.wait_for_url(lambda url: url != before, timeout=30_000)


def _has_arrived(stack: Stack) -> bool:
    people = [row["Id"] for row in stack.rows("Lead") if row["Email"] == EMAIL]
    return any(row["LeadId"] in people for row in stack.rows("CampaignMember"))


if __name__ == "__main__":
    sys.exit(main())
