"""Call Salesforce with a token: what pipeline code asks, in the calls that Salesforce counts."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError as LibraryError
from urllib3.exceptions import HTTPError

from connector.core.errors import ErrorKind
from connector.core.schema import ObjectSchema
from connector.salesforce.auth import Token
from connector.salesforce.composite import (
    NextPage,
    Query,
    RowResult,
    Subrequest,
    SubResponse,
    build_body,
    build_collection,
    is_write,
    next_page_path,
    parse_answer,
    parse_rows,
)
from connector.salesforce.errors import (
    RemoteUnavailable,
    RequestRefused,
    SessionExpired,
    SignInFailed,
    call_error,
    unreadable,
)
from connector.salesforce.hosts import HostRules, check_url
from connector.salesforce.records import QueryPage, Record, Usage, child_records
from connector.salesforce.schema import parse_describe
from connector.salesforce.session import SalesforceSession
from connector.salesforce.transport import lost

__all__ = ["Gateway", "QueryPage", "Record", "Usage", "child_records"]

logger = logging.getLogger(__name__)

_PASSING = frozenset({ErrorKind.RETRYABLE, ErrorKind.SIBLING, ErrorKind.REMOTE_UNAVAILABLE})
"""Kinds under which a query alone is refused and that nobody needs to mend."""
_NOT_MODIFIED = 304
_UNAUTHORISED = 401
_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request, as restful() of simple-salesforce takes it."""

    path: str
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_write: bool = False


def _nothing() -> None:
    """Be called before a call, without effect."""


class Gateway:
    """One organisation's API under one token; for one thread, closed by its owner.

    Every method raises SalesforceError (see errors.py) and sends each request once. Only after a 401 the token is
    renewed and the request repeated, once: Salesforce has not processed it.

    `renew` gets the token that was refused and returns one that may be accepted. `before_call` runs before every HTTP
    request and may raise to prevent it. `timeout_seconds` bounds each request in total.
    """

    token: Token
    calls: int
    """API calls as Salesforce counts them: lost answers included; refused tokens and what never left not."""
    seconds: float
    """What the last request took."""

    def __init__(  # noqa: PLR0913 -- settings and collaborators, each by name
        self,
        token: Token,
        *,
        api_version: str,
        hosts: HostRules,
        timeout_seconds: float,
        renew: Callable[[Token], Token],
        before_call: Callable[[], None] = _nothing,
        on_close: Callable[["Gateway"], None] | None = None,
        client_name: str = "inwink-connector",
    ) -> None:
        """Prepare; nothing is sent yet."""
        self.token, self.calls, self.seconds = token, 0, 0.0
        self._api_version = api_version
        self._hosts = hosts
        self._renew = renew
        self._before_call = before_call
        self._on_close = on_close
        self._session = SalesforceSession(
            hosts=hosts, timeout_seconds=timeout_seconds, client_name=client_name, address=self._address
        )
        self._adopt(token)

    @property
    def usage(self) -> Usage | None:
        """The organisation's calls of 24 hours as the last answer told them; None: not told yet."""
        return self._session.usage

    def close(self) -> None:
        """Close the connections, and tell `on_close`, once, that no call will follow."""
        self._session.close()
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close(self)

    def composite(self, subrequests: Sequence[Subrequest]) -> list[SubResponse]:
        """Send up to MAX_HEAVY queries and collections as one API call; the answers come in the order asked."""
        writes = is_write(subrequests)
        ask = _Ask("composite", "POST", build_body(subrequests, self._api_version), is_write=writes)
        answer = self._send(ask)
        return _read(lambda: parse_answer(subrequests, answer), is_write=writes)

    def write_collection(
        self, method: Literal["POST", "PATCH"], records: Sequence[Mapping[str, Any]], headers: Mapping[str, str]
    ) -> list[RowResult]:
        """Create (POST) or update (PATCH) up to MAX_ROWS records outside /composite, where no text is a reference."""
        ask = _Ask("composite/sobjects", method, build_collection(records), headers, is_write=True)
        answer = self._send(ask)
        return _read(lambda: list(parse_rows(records, answer)), is_write=True)

    def query(self, soql: str, *, include_deleted: bool = False) -> list[Record]:
        """Return all rows of a query, following its pages.

        It travels in the body of /composite: an address would stand, with the emails in it, in logs on the way.
        Child pages are not followed: see all_children().
        """
        answer = self._composite_query(Query("query", soql, include_deleted))
        records, next_url = list(answer.records), answer.next_url
        while next_url:
            page = self.query_more(next_url)
            records += page.records
            next_url = page.next_url
        return records

    def query_more(self, url: str) -> QueryPage:
        """Fetch the page at a path that an answer gave as its next one."""
        answer = self._composite_query(NextPage("page", next_page_path(url)))
        return QueryPage(answer.records, answer.next_url, answer.total_size)

    def all_children(self, record: Mapping[str, Any], relationship: str) -> list[Record]:
        """Return all rows of a record's child query, following their pages."""
        records, next_url = _read(lambda: child_records(record, relationship), is_write=False)
        while next_url:
            page = self.query_more(next_url)
            records += page.records
            next_url = page.next_url
        return records

    def describe(self, sobject: str, *, if_modified_since: datetime | None = None) -> ObjectSchema | None:
        """Return what the user may do with an object; None: unchanged since that (aware) time.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_conditional_request.htm
        """
        headers = {} if if_modified_since is None else {"If-Modified-Since": _http_date(if_modified_since)}
        answer = self._send(_Ask(f"sobjects/{_path_name(sobject)}/describe", headers=headers))
        if answer is None and if_modified_since is not None:
            return None
        return _read(lambda: parse_describe(answer), is_write=False)

    def limits(self) -> Usage:
        """Ask how many API calls of 24 hours are used."""
        answer = self._send(_Ask("limits"))
        return _read(lambda: _parse_limits(answer), is_write=False)

    def _composite_query(self, query: Query | NextPage) -> SubResponse:
        (answer,) = self.composite([query])
        if answer.error is not None:
            error = answer.error
            if error.kind in _PASSING:
                raise RemoteUnavailable(error.code, error.message, write_unclear=False, http_status=answer.http_status)
            raise RequestRefused(error.code, error.message, kind=error.kind, http_status=answer.http_status)
        return answer

    def _send(self, ask: _Ask) -> Any:
        """Send a request and return its JSON; None for an empty answer or 304. After a 401 once more."""
        try:
            return self._send_once(ask)
        except SessionExpired:
            self._adopt(self._renew(self.token))
            return self._send_once(ask)

    def _send_once(self, ask: _Ask) -> Any:
        self._before_call()
        status = 0
        self._session.last_call = None
        try:
            return self._library.restful(ask.path, method=ask.method, **_library_arguments(ask))
        except LibraryError as exc:
            status = exc.status
            if status == _NOT_MODIFIED:
                return None
            # the library's text repeats the whole answer, personal data included: it must not reach a traceback
            raise call_error(status, exc.content, is_write=ask.is_write) from None
        except (requests.RequestException, HTTPError, OSError) as exc:
            raise lost(exc, self._session.last_call, is_write=ask.is_write) from exc
        finally:
            self._count(ask, status)

    def _count(self, ask: _Ask, status: int) -> None:
        call = self._session.last_call
        if call is None:
            return
        self.seconds = call.seconds
        if call.is_sent and status != _UNAUTHORISED:
            self.calls += 1
        logger.debug("salesforce_call", extra={"path": ask.path, "method": ask.method, "seconds": call.seconds})

    def _adopt(self, token: Token) -> None:
        """Use a token from now on; it must be one of the same organisation and user.

        Another user may see fewer people than the one whom the first half of a run read as: what follows from reading
        would be wrong. The next run begins as that user.
        """
        check_url(token.instance_url, self._hosts)
        if token.organization_id != self.token.organization_id:
            raise SignInFailed("other_organization", "The new token belongs to another Salesforce organisation.")
        if token.user_id != self.token.user_id:
            raise RemoteUnavailable("other_user", "The new token belongs to another user.", write_unclear=False)
        self.token = token
        self._library = Salesforce(
            session_id=token.access_token,
            instance=urlsplit(token.instance_url).netloc,
            version=self._api_version,
            session=self._session,
            object_pairs_hook=None,
        )

    def _address(self, url: str) -> str:
        """Undo the library's fixed https where the instance is a local one over plain http."""
        return url.replace("https://", "http://", 1) if self.token.instance_url.startswith("http://") else url


def _library_arguments(ask: _Ask) -> dict[str, Any]:
    """Return what restful() hands to the session; X-PrettyPrint, which the library always sets, only adds bytes."""
    arguments: dict[str, Any] = {"headers": {"X-PrettyPrint": None, **ask.headers}}
    if ask.body is not None:
        arguments["data"] = json.dumps(ask.body, ensure_ascii=False, separators=(",", ":")).encode()
    return arguments


def _read(parse: Callable[[], _Parsed], *, is_write: bool) -> _Parsed:
    """Run a parse function; an answer of another shape means that it is unknown what happened."""
    try:
        return parse()
    except ValueError as exc:
        raise unreadable(f"The answer has an unexpected shape: {exc}.", is_write=is_write) from exc


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _path_name(sobject: str) -> str:
    if not sobject.isidentifier():
        raise ValueError("not an API name")
    return sobject


def _parse_limits(raw: object) -> Usage:
    daily = raw.get("DailyApiRequests") if isinstance(raw, dict) else None
    if (
        not isinstance(daily, dict)
        or not isinstance(daily.get("Max"), int)
        or not isinstance(daily.get("Remaining"), int)
    ):
        raise ValueError("no DailyApiRequests")
    return Usage(used=daily["Max"] - daily["Remaining"], limit=daily["Max"])
