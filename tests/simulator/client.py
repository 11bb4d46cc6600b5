"""A thin HTTP client for the simulator's tests: addresses and tokens, no knowledge of Salesforce."""
# ruff: noqa: S608 - SOQL with names, no SQL

from __future__ import annotations

from typing import Any

import requests

from simulator.server import SimulatorServer

CLIENT = ("simulator-client", "simulator-secret")
VERSION = "v64.0"


class Client:
    """Sends requests with a token to one simulator."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.http = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        """Get a token by client credentials."""
        form = {"grant_type": "client_credentials"}
        answer = requests.post(self.server.url + "/services/oauth2/token", data=form, auth=CLIENT, timeout=10)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request below /services/data/v64.0/."""
        return self.http.request(method, f"{self.server.url}/services/data/{VERSION}/{path}", timeout=20, **options)

    def query(self, text: str, *, path: str = "query") -> Any:
        """Run a query that must succeed and return its whole answer."""
        answer = self.send("GET", path, params={"q": text})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, text: str, *, path: str = "query") -> list[dict[str, Any]]:
        """Run a query and return its records without their attributes."""
        return [{k: v for k, v in row.items() if k != "attributes"} for row in self.query(text, path=path)["records"]]

    def query_error(self, text: str) -> tuple[int, str, str]:
        """Run a query that must fail and return status, code and message."""
        answer = self.send("GET", "query", params={"q": text})
        (error,) = answer.json()
        return answer.status_code, error["errorCode"], error["message"]

    def create(self, sobject: str, values: dict[str, Any], **options: Any) -> requests.Response:
        """Create a row, whatever comes of it."""
        return self.send("POST", f"sobjects/{sobject}", json=values, **options)

    def created(self, sobject: str, values: dict[str, Any]) -> str:
        """Create a row and return its id."""
        answer = self.create(sobject, values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def collection(
        self, method: str, records: list[dict[str, Any]], *, sobject: str = "", path: str = "", **body: Any
    ) -> list[dict[str, Any]]:
        """Send rows to /composite/sobjects and return the results."""
        rows = [{"attributes": {"type": sobject}, **one} if sobject else one for one in records]
        answer = self.send(method, f"composite/sobjects{path}", json={"records": rows, **body})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def composite(self, *subrequests: dict[str, Any], **body: Any) -> list[dict[str, Any]]:
        """Send a composite request and return the answers in it."""
        answer = self.send("POST", "composite", json={"compositeRequest": list(subrequests), **body})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["compositeResponse"]
        return found

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Use one of the simulator's own endpoints."""
        answer = requests.request(method, f"{self.server.url}/_simulator/{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settings(self, **values: Any) -> None:
        """Set switches."""
        self.control("POST", "settings", values)

    def fault(self, action: dict[str, Any], *, times: int = 1, **match: Any) -> None:
        """Inject a fault."""
        self.control("POST", "faults", {"match": match, "times": times, "action": action})

    def id_of(self, sobject: str, name: str) -> str:
        """Find a row of the seed by its name."""
        return str(self.rows(f"SELECT Id FROM {sobject} WHERE Name = '{name}'")[0]["Id"])


def subrequest(name: str, method: str, path: str, **rest: Any) -> dict[str, Any]:
    """Build a subrequest of a composite request."""
    return {"referenceId": name, "method": method, "url": f"/services/data/{VERSION}/{path}", **rest}


def of_type(sobject: str, *rows: dict[str, Any]) -> dict[str, Any]:
    """Build the body of a collection."""
    return {"allOrNone": False, "records": [{"attributes": {"type": sobject}, **row} for row in rows]}
