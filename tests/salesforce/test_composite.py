"""Building a call and reading its answer: order, limits, references."""

from typing import Any

import pytest

from connector.core.errors import ErrorKind, RowError
from connector.salesforce.composite import (
    CollectionCreate,
    CollectionUpdate,
    NextPage,
    Query,
    Reference,
    RowResult,
    Subrequest,
    SubResponse,
    build_body,
    contains_reference,
    is_write,
    pack,
    parse_answer,
)

HEADERS = {"Sforce-Auto-Assign": "FALSE"}


def lead(**values: object) -> dict[str, object]:
    return {**values, "attributes": {"type": "Lead"}}


def test_body_of_a_call() -> None:
    member = {"Status": Reference("@{labels.records[0].Label}"), "id": "00v1", "attributes": {"type": "CampaignMember"}}
    calls: list[Subrequest] = [
        Query("labels", "SELECT Id FROM CampaignMemberStatus", include_deleted=True),
        NextPage("more", "/services/data/v64.0/query/01gx-2000"),
        CollectionCreate("leads", [lead(LastName="Zoë")], HEADERS),
        CollectionUpdate("members", [member]),
    ]
    assert build_body(calls, "64.0") == {
        "allOrNone": False,
        "collateSubrequests": False,
        "compositeRequest": [
            {
                "method": "GET",
                "url": "/services/data/v64.0/queryAll?q=SELECT+Id+FROM+CampaignMemberStatus",
                "referenceId": "labels",
            },
            {"method": "GET", "url": "/services/data/v64.0/query/01gx-2000", "referenceId": "more"},
            {
                "method": "POST",
                "url": "/services/data/v64.0/composite/sobjects",
                "referenceId": "leads",
                "body": {"allOrNone": False, "records": [{"attributes": {"type": "Lead"}, "LastName": "Zoë"}]},
                "httpHeaders": HEADERS,
            },
            {
                "method": "PATCH",
                "url": "/services/data/v64.0/composite/sobjects",
                "referenceId": "members",
                "body": {
                    "allOrNone": False,
                    "records": [
                        {
                            "attributes": {"type": "CampaignMember"},
                            "Status": "@{labels.records[0].Label}",
                            "id": "00v1",
                        }
                    ],
                },
            },
        ],
    }
    records = build_body(calls, "64.0")["compositeRequest"][2]["body"]["records"]
    assert [list(record)[0] for record in records] == ["attributes"]


@pytest.mark.parametrize(
    ("subrequests", "reason"),
    [
        ([], "takes 1 to 5"),
        ([Query(f"q{number}", "x") for number in range(6)], "takes 1 to 5"),
        ([Query("q", "x"), Query("q", "y")], "reference ids"),
        ([Query("1q", "x")], "reference ids"),
        ([Query("a-b", "x")], "reference ids"),
        ([Query("q", "x" * 8001)], "longer than 8000"),
        ([NextPage("q", "https://elsewhere.example")], "next page"),
        ([CollectionCreate("c", [])], "1 to 200 records"),
        ([CollectionCreate("c", [lead()] * 201)], "1 to 200 records"),
        ([CollectionCreate("c", [lead(), {"attributes": {"type": "Contact"}}] * 6)], "sorted by type"),
        ([CollectionCreate("c", [lead(FirstName="@{x.y}")])], "read as a reference"),
        ([CollectionUpdate("c", [lead(id="1"), lead(Tags="a @{b}")])], "read as a reference"),
    ],
)
def test_broken_rules_are_errors_before_anything_is_sent(subrequests: list[Subrequest], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        build_body(subrequests, "64.0")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("@{x.y}", True),
        ("before @{ after", True),
        ("a@b.org {c}", False),
        (Reference("@{x.y}"), False),
        ({"attributes": {"type": "Lead"}, "Name": "@{x}"}, True),
        ({"a": ["b", {"c": "@{x}"}]}, True),
        ({"a": ["b", 1, None, True]}, False),
    ],
)
def test_contains_reference(value: object, expected: bool) -> None:
    assert contains_reference(value) is expected


def test_is_write() -> None:
    assert not is_write([Query("a", "x"), NextPage("b", "y")])
    assert is_write([Query("a", "x"), CollectionUpdate("b", [])])


def test_pack_keeps_the_order() -> None:
    queries = [Query(f"q{number}", "x") for number in range(11)]
    assert [[each.reference_id for each in call] for call in pack(queries)] == [
        ["q0", "q1", "q2", "q3", "q4"],
        ["q5", "q6", "q7", "q8", "q9"],
        ["q10"],
    ]


def answer_to(**bodies: tuple[int, object]) -> dict[str, Any]:
    return {
        "compositeResponse": [
            {"referenceId": name, "httpStatusCode": status, "httpHeaders": {}, "body": body}
            for name, (status, body) in bodies.items()
        ]
    }


def test_answers_come_in_the_order_asked() -> None:
    too_long = {"statusCode": "STRING_TOO_LONG", "message": "Title: too long: Boss", "fields": ["Title"]}
    duplicate = {"statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Not for Dupont!", "fields": []}
    asked: list[Subrequest] = [
        CollectionCreate("leads", [lead(LastName="A"), lead(LastName="B", Title="Boss"), lead(LastName="Dupont")]),
        Query("labels", "SELECT Id FROM CampaignMemberStatus"),
        CollectionUpdate("lost", [lead(id="1")]),
    ]
    raw = answer_to(
        lost=(400, [{"errorCode": "PROCESSING_HALTED", "message": "Invalid reference specified."}]),
        labels=(200, {"totalSize": 1, "done": True, "records": [{"Id": "01Y"}]}),
        leads=(
            200,
            [
                {"id": "00Q1", "success": True, "errors": []},
                {"success": False, "errors": [too_long]},
                {"success": False, "errors": [duplicate]},
            ],
        ),
    )
    assert parse_answer(asked, raw) == [
        SubResponse(
            "leads",
            200,
            rows=(
                RowResult("00Q1", True),
                RowResult(
                    None, False, (RowError("STRING_TOO_LONG", "Title: too long: […]", ErrorKind.PERMANENT, ("Title",)),)
                ),
                RowResult(
                    None,
                    False,
                    (RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not for […]!", ErrorKind.PERMANENT),),
                ),
            ),
        ),
        SubResponse("labels", 200, records=({"Id": "01Y"},), total_size=1),
        SubResponse(
            "lost", 400, error=RowError("PROCESSING_HALTED", "Invalid reference specified.", ErrorKind.SIBLING)
        ),
    ]


@pytest.mark.parametrize(
    ("status", "body", "code", "kind"),
    [
        (500, None, "http_500", ErrorKind.RETRYABLE),
        (400, "<html>", "http_400", ErrorKind.PERMANENT),
        (403, {"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "x"}, "REQUEST_LIMIT_EXCEEDED", ErrorKind.LIMIT),
    ],
)
def test_failed_subrequest_of_any_shape(status: int, body: object, code: str, kind: ErrorKind) -> None:
    (answer,) = parse_answer([Query("q", "x")], answer_to(q=(status, body)))
    assert answer.error is not None
    assert (answer.error.code, answer.error.kind) == (code, kind)


def test_refused_row_without_a_reason_still_has_an_error() -> None:
    asked = [CollectionCreate("c", [lead()])]
    (answer,) = parse_answer(asked, answer_to(c=(200, [{"success": False, "errors": []}])))
    assert answer.rows[0].errors[0].code == "unknown_error"


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {"compositeResponse": None},
        answer_to(),
        answer_to(other=(200, [])),
        answer_to(c=(200, [])),
        answer_to(c=(200, [{"success": True}, {"success": True}])),
        answer_to(c=(200, [{"id": "1"}])),
        answer_to(c=(200, {"done": True, "records": []})),
        answer_to(c=("200", [])),  # type: ignore[arg-type]
    ],
)
def test_answer_of_another_shape_is_an_error(raw: object) -> None:
    with pytest.raises(ValueError, match="answer|result|status"):
        parse_answer([CollectionCreate("c", [lead()])], raw)
