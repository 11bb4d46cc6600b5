"""Write log records as one JSON object a line."""

import datetime
import json
import logging

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Attributes that every record has; whatever else a record carries came in by extra={…}.


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
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD_FIELDS and key not in line}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)
