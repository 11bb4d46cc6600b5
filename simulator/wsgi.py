"""The web application: sign-in, data requests, and the simulator's own controls."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from simulator import login_page, oauth
from simulator.control import answer_control
from simulator.data import ConnectionCut, Inbound, answer_data, list_versions, strike, take_request_fault
from simulator.errors import ApiError, session_expired
from simulator.shapes import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from simulator.org import Org

_JSON = "application/json;charset=UTF-8"


class Application:
    """A WSGI application around one org. Raises ConnectionCut where a fault closes the connection."""

    def __init__(self, org: Org) -> None:
        self.org = org

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        response = self._respond(request)
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        path = request.path
        if path.startswith("/_simulator"):
            return _response(answer_control(self.org, request=request))
        if path.startswith("/services/oauth2/authorize"):
            return self._login(request)
        if path.startswith("/services/data"):
            return self._data(request)
        try:
            return _response(self._sign_in(request))
        except ApiError as exc:
            return _response(exc.answer())

    def _data(self, request: Request) -> Response:
        if request.path.rstrip("/") == "/services/data":
            return _response(list_versions(self.org))
        return _response(answer_data(_inbound(self.org, request=request)))

    def _login(self, request: Request) -> Response:
        time.sleep(self.org.settings.latency_ms / 1000)
        if request.method == "POST":
            return login_page.submit_page(self.org, values={**request.args.to_dict(), **request.form.to_dict()})
        return login_page.show_page(self.org, values=request.args.to_dict())

    def _sign_in(self, request: Request) -> Answer:
        inbound = _inbound(self.org, request=request)
        time.sleep(self.org.settings.latency_ms / 1000)
        path = request.path.rstrip("/")
        fault = take_request_fault(inbound, kinds={"token" if path.endswith("/token") else "identity"})
        struck = strike(inbound, fault=fault) if fault else None
        if struck is not None:
            return struck
        answer = self._signed(request, inbound=inbound, path=path)
        if fault is not None and "close_after" in fault.action:
            raise ConnectionCut
        return answer

    def _signed(self, request: Request, *, inbound: Inbound, path: str) -> Answer:
        own_url = f"http://{request.host}"
        if path == "/services/oauth2/token" and request.method == "POST":
            host = request.headers.get("X-Forwarded-Host") or request.host
            form = {**request.args.to_dict(), **request.form.to_dict()}
            authorization = request.headers.get("Authorization", "")
            return oauth.post_token(oauth.TokenRequest(self.org, form, authorization, host, own_url))
        if path == "/services/oauth2/revoke":
            token = request.form.get("token") or request.args.get("token") or ""
            if self.org.accounts.end_session(token):
                return Answer(200)
            return Answer(
                400, {"error": "unsupported_token_type", "error_description": "this token type is not supported"}
            )
        session = self.org.accounts.session(inbound.token, idle_seconds=self.org.settings.session_seconds)
        if path == "/services/oauth2/userinfo" or path.startswith("/id/"):
            if session is None:
                raise session_expired()
            tell = oauth.userinfo if path.endswith("/userinfo") else oauth.identity
            return tell(self.org, user_id=session.user_id, own_url=own_url)
        raise ApiError(404, code="NOT_FOUND", message="The requested resource does not exist")


def _inbound(org: Org, *, request: Request) -> Inbound:
    uri = request.environ.get("RAW_URI") or request.full_path
    headers = {name.lower(): value for name, value in request.headers.items()}
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    return Inbound(
        org=org,
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        headers=headers,
        raw_body=b"" if is_form else request.get_data(),
        head_bytes=len(uri) + sum(len(name) + len(value) + 4 for name, value in headers.items()),
        uri_bytes=len(uri),
    )


def _response(answer: Answer) -> Response:
    """Write an answer with the headers that Salesforce sends (recorded)."""
    headers = {
        "Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private",
        "X-Sfdc-Request-Id": uuid.uuid4().hex,
        **answer.headers,
    }
    if answer.body is None:
        body, kind = b"", headers.pop("Content-Type", "")
    elif isinstance(answer.body, str):
        body, kind = answer.body.encode(), headers.pop("Content-Type", _JSON)
    else:
        body, kind = json.dumps(answer.body, separators=(",", ":"), ensure_ascii=False).encode(), _JSON
        headers.pop("Content-Type", None)
    response = Response(body, status=answer.status, headers=headers)
    if kind:
        response.headers["Content-Type"] = kind
    else:
        response.headers.pop("Content-Type", None)
    return response
