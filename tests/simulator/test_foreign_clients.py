"""Clients that other people wrote must find a Salesforce here: simple-salesforce and aiosalesforce."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import requests
from aiosalesforce import Salesforce as AsyncSalesforce
from aiosalesforce.auth import ClientCredentialsFlow
from requests.adapters import HTTPAdapter
from simple_salesforce import exceptions
from simple_salesforce.api import Salesforce

from simulator.seed import read_seed
from simulator.server import SimulatorServer
from tests.private_keys import make_key, pem_of, public_pem_of
from tests.simulator.client import CLIENT, of_type, subrequest


class ToSimulator(HTTPAdapter):
    """Sends what is meant for https://…salesforce.com to the simulator, and says where it was meant to go."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Change the address, keep the host in a header."""
        host, _, path = str(request.url).removeprefix("https://").partition("/")
        request.headers["X-Forwarded-Host"] = host
        request.url = f"{self.url}/{path}"
        return super().send(request, *args, **kwargs)


@pytest.fixture
def client(server: SimulatorServer) -> Any:
    session = requests.Session()
    session.mount("https://", ToSimulator(server.url))
    return Salesforce(
        consumer_key=CLIENT[0], consumer_secret=CLIENT[1], domain="acme.my", session=session, version="64.0"
    )


def test_simple_salesforce_signs_in_writes_and_reads(client: Any) -> None:
    made = client.Contact.create({"LastName": "O'Neil", "Email": "o'neil+a&b%@example.com"})
    assert made["success"] is True
    found = client.query("SELECT Id, Email FROM Contact WHERE LastName = 'O\\'Neil'")
    assert found["records"][0]["Email"] == "o'neil+a&b%@example.com"
    assert client.Contact.update(made["id"], {"Title": "CEO"}) == 204
    assert client.Contact.get(made["id"])["Title"] == "CEO"
    assert client.Contact.get_by_custom_id("Email", "camille.martin@acme.example")["LastName"] == "Martin"
    assert client.Contact.upsert("Email/camille.martin@acme.example", {"LastName": "Martin"}) == 200
    assert client.Contact.describe()["name"] == "Contact"
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.Contact.delete(made["id"]) == 204
    with pytest.raises(exceptions.SalesforceResourceNotFound):
        client.Contact.get(made["id"])


def test_simple_salesforce_follows_pages_and_signs_in_again(client: Any, server: SimulatorServer) -> None:
    server.org.change_settings({"page_size": 2})
    server.org.accounts.end_all_sessions(with_refresh=False)
    labels = client.query_all("SELECT Label FROM CampaignMemberStatus ORDER BY SortOrder")
    assert [one["Label"] for one in labels["records"]] == ["Sent", "Registered", "Attended", "Declined", "No show"]


def test_simple_salesforce_meets_the_errors_that_it_knows(client: Any) -> None:
    with pytest.raises(exceptions.SalesforceMalformedRequest) as refused:
        client.Lead.create({"LastName": "x"})
    content: Any = refused.value.content
    assert content[0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    for _ in range(2):
        client.Contact.create({"LastName": "Twin", "Email": "twin@example.com"})
    with pytest.raises(exceptions.SalesforceMoreThanOneRecord):
        client.Contact.upsert("Email/twin@example.com", {"LastName": "x"})


def test_simple_salesforce_sends_composite_and_collections(client: Any) -> None:
    write = subrequest("leads", "POST", "composite/sobjects", body=of_type("Lead", {"LastName": "a", "Company": "b"}))
    answer = client.restful("composite", method="POST", json={"allOrNone": False, "compositeRequest": [write]})
    assert answer["compositeResponse"][0]["body"][0]["success"] is True
    rows = client.restful("composite/sobjects", method="POST", json=of_type("Lead", {"LastName": "a", "Company": "b"}))
    assert rows[0]["success"] is True


def test_simple_salesforce_is_refused_on_the_login_host(server: SimulatorServer) -> None:
    form = {"grant_type": "client_credentials"}
    session = requests.Session()
    session.mount("https://", ToSimulator(server.url))
    answer = session.post("https://login.salesforce.com/services/oauth2/token", data=form, auth=CLIENT, timeout=10)
    assert answer.json()["error_description"] == "request not supported on this domain"


def test_simple_salesforce_signs_in_by_assertion() -> None:
    seed = read_seed(None)
    seed["apps"][0]["certificate"] = public_pem_of(make_key())
    with SimulatorServer(seed=seed) as server:
        session = requests.Session()
        session.mount("https://", ToSimulator(server.url))
        client: Any = Salesforce(
            username="integration@simulator.example",
            consumer_key=CLIENT[0],
            privatekey=pem_of(make_key()),
            session=session,
            version="64.0",
        )
        assert client.query("SELECT Name FROM Campaign")["totalSize"] == 1


class ToSimulatorAsync(httpx.AsyncBaseTransport):
    """The same for httpx."""

    def __init__(self, url: str) -> None:
        self.inner = httpx.AsyncHTTPTransport()
        self.url = httpx.URL(url)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Change the address."""
        request.url = request.url.copy_with(scheme="http", host=self.url.host, port=self.url.port)
        return await self.inner.handle_async_request(request)


def test_aiosalesforce_writes_and_reads(server: SimulatorServer) -> None:
    async def run() -> tuple[str, list[str]]:
        async with httpx.AsyncClient(transport=ToSimulatorAsync(server.url)) as http:
            auth = ClientCredentialsFlow(*CLIENT)
            salesforce = AsyncSalesforce(http, base_url="https://acme.my.salesforce.com", auth=auth, version="64.0")
            lead_id = await salesforce.sobject.create("Lead", {"LastName": "Async", "Company": "Io"})
            await salesforce.sobject.update("Lead", lead_id, {"Title": "CTO"})
            rows = [one async for one in salesforce.query("SELECT Id, Title FROM Lead WHERE LastName = 'Async'")]
            return lead_id, [row["Id"] for row in rows if row["Title"] == "CTO"]

    lead_id, found = asyncio.run(run())
    assert found == [lead_id]
