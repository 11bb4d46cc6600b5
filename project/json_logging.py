"""Write log records as one JSON object a line."""

import datetime
import json
import logging
import re
from typing import Any

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes that every record has; whatever else a record carries came in by extra={…}."""

_PRIVATE_FIELDS = frozenset({"request"})
"""Django adds the request, whose text holds the query string: what somebody searched for, such as an email."""


_ROW_SHOWN = re.compile(r"^DETAIL: .*$", re.MULTILINE)
"""PostgreSQL repeats the row that a constraint refused
(https://www.postgresql.org/docs/current/protocol-error-fields.html)."""
_EMAIL = re.compile(r"""[^\s<>"'(),;:]+@[\w.-]*\w""")
_HIDDEN = "[…]"


class JsonFormatter(logging.Formatter):
    """Format a record as {"time", "level", "logger", "message", …extra fields, "exception"}; time: ISO 8601, UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON; a value that JSON does not know is written as its text."""
        at = datetime.datetime.fromtimestamp(record.created, tz=datetime.UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        left_out = _STANDARD_FIELDS | _PRIVATE_FIELDS | line.keys()
        line |= {key: value for key, value in vars(record).items() if key not in left_out}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        """Return the traceback without the rows and emails that texts of exceptions repeat."""
        text = super().formatException(ei)
        return _EMAIL.sub(_HIDDEN, _ROW_SHOWN.sub(f"DETAIL: {_HIDDEN}", text))
