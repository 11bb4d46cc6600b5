"""SOQL text → tokens, and the escapes inside quotes.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.errors import ApiError

MAX_QUERY_CHARACTERS = 100_000
"""https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_limits.htm"""
MAX_LITERAL_CHARACTERS = 4_000

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
      | (?P<date>\d{4}-\d\d-\d\d)
      | (?P<number>[+-]?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
      | (?P<operator><=|>=|!=|<>|=|<|>)
      | (?P<mark>[(),:])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_MEANING = {
    "n": "\n",
    "N": "\n",
    "r": "\r",
    "R": "\r",
    "t": "\t",
    "T": "\t",
    "b": "\b",
    "B": "\b",
    "f": "\f",
    "F": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One token; kind is string, datetime, date, number, name, operator, mark or end."""

    kind: str
    text: str
    at: int


def tokenize(text: str) -> list[Token]:
    """Cut a query into tokens, an end token last. Raises ApiError MALFORMED_QUERY."""
    if len(text) > MAX_QUERY_CHARACTERS:
        raise ApiError(400, code="MALFORMED_QUERY", message="SOQL statements cannot be longer than 100000 characters.")
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise located(text, at=at, code="MALFORMED_QUERY", message=_unexpected(text, at=at))
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group(), at))
        at = match.end()
    tokens.append(Token("end", "<EOF>", len(text)))
    return tokens


def _unexpected(text: str, *, at: int) -> str:
    if text[at] == "'":
        return "Bind variables and quoted strings must be closed: unexpected token: '<EOF>'"
    return f"line 1:{at} no viable alternative at character '{text[at]}'"


def located(text: str, *, at: int, code: str, message: str) -> ApiError:
    """Build an error that shows the place: an excerpt, a caret, row and column (form as recorded)."""
    start = _excerpt_start(text, at=at)
    excerpt = text[start : at + 60].replace("\n", " ")
    caret = " " * (at - start) + "^"
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    place = f"\n{excerpt}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}"
    return ApiError(400, code=code, message=place)


def _excerpt_start(text: str, *, at: int) -> int:
    """Begin the excerpt at a word, some fifty characters ahead of the place."""
    if at <= 50:
        return 0
    space = text.find(" ", at - 50, at)
    return space + 1 if space >= 0 else at


def unquote(token: Token, *, text: str) -> str:
    """Return the string inside the quotes. Raises ApiError for an escape that is none or a literal too long."""
    return _ESCAPE.sub(lambda match: _meaning(match, token=token, text=text), _inside(token, text=text))


def like_pattern(token: Token, *, text: str) -> re.Pattern[str]:
    r"""Return the pattern of a LIKE: % any characters, _ one, \% and \_ themselves; case does not matter."""
    parts: list[str] = []
    inside = _inside(token, text=text)
    at = 0
    while at < len(inside):
        match = _ESCAPE.match(inside, at)
        if match is not None:
            literal = match.group(1) if match.group(1) in "_%" else _meaning(match, token=token, text=text)
            parts.append(re.escape(literal))
            at = match.end()
            continue
        parts.append({"%": ".*", "_": "."}.get(inside[at]) or re.escape(inside[at]))
        at += 1
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _inside(token: Token, *, text: str) -> str:
    inside = token.text[1:-1]
    if len(inside) > MAX_LITERAL_CHARACTERS:
        raise located(
            text,
            at=token.at,
            code="MALFORMED_QUERY",
            message=f"a string literal in WHERE may have {MAX_LITERAL_CHARACTERS} characters",
        )
    return inside


def _meaning(match: re.Match[str], *, token: Token, text: str) -> str:
    escape = match.group(1)
    if len(escape) == 5:
        return chr(int(escape[1:], 16))
    if escape not in _MEANING:
        raise located(
            text,
            at=token.at,
            code="MALFORMED_QUERY",
            message=f"Illegal string literal: invalid character escape '\\{escape}'",
        )
    return _MEANING[escape]
