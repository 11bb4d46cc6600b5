"""Say in the reader's language what we stored, or answered, in English: the sentence is known again by its template.

Rows keep English because a worker does not know who will read them, and because the answer to a sender is English.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

SENTENCES: tuple[str, ...] = (
    # a value that does not fit its field (connector.core)
    _("%(length)s characters, %(fit)s fit"),
    _("%(length)s characters with what is there, %(fit)s fit"),
    _("more than %(digits)s digits before the point"),
    _("not one of the choices of this picklist"),
    _("not an email address"),
    _("neither yes nor no"),
    _("not a whole number"),
    _("not a number"),
    _("not a date"),
    _("not a date and time"),
    _("Salesforce demands a value; inwink has none, and the link no placeholder"),
    _("the integration user may give no %(object)s the record type %(wanted)s"),
    _("a field is gone; run the check of the link"),
    # rights that were taken away (connector.pipeline.runs.access)
    _("create"),
    _("edit"),
    _("create, %(more)s"),
    _("edit, %(more)s"),
    # a participant, or a row of a file, that cannot be read (connector.inwink)
    _("a participant must be an object"),
    _("nested more than %(count)s levels"),
    _("a number is not finite or has too many digits"),
    _("larger than %(count)s KiB"),
    _("%(value)s is another event than the one imported"),
    _("required"),
    _("longer than %(count)s characters, too long without an id"),
    _("longer than %(count)s characters"),
    _("one of them is required"),
    _("must be an object"),
    _("an object is not a text"),
    _("a list is not one value"),
    _("%(value)s is not an id"),
    _("%(value)s is not a known registration value"),
    _("%(value)s does not say whether somebody came"),
    _("%(value)s is not a time in ISO 8601 or epoch seconds or milliseconds"),
    _("%(value)s is not between the years 2000 and 2100"),
    _("%(value)s is not a date in the order %(order)s"),
    _("an object"),
    _("a list"),
    _("day/month/year"),
    _("month/day/year"),
    _("id or email"),
    _("a quotation mark of line %(line)s is not closed where its value ends: close it or take it out"),
    _("the value goes from line %(first)s to line %(last)s: is a quotation mark missing, or too many?"),
    _(
        "line %(line)s has more cells than there are headings: a separator stands in a value that is not in quotation "
        "marks, or a column has no heading"
    ),
    _(
        "line %(line)s has fewer cells than there are headings, and a quotation mark that is not closed stands before "
        "it: mend that row first"
    ),
    # a message or a file that cannot be read (connector.inwink)
    _("%(json)s (line %(line)s, column %(column)s)"),
    _("a number has too many digits"),
    _("%(word)s is not a JSON number"),
    _("a number is too large"),
    _("the body is not UTF-8 (byte %(place)s)"),
    _("%(count)s participants in one message, %(most)s are allowed"),
    _('the body must be an object, a list of objects, or {"participants": [...]}'),
    _("this is an XLS workbook or one with a password; save it as XLSX without a password, or CSV"),
    _("the workbook is too large when unpacked; export it as CSV, or in several files"),
    _("the workbook has no worksheet"),
    _("the workbook is damaged; open it in a spreadsheet and save it again as XLSX or CSV"),
    _("the text is neither UTF-8, UTF-16 nor Windows-1252; save the file as CSV UTF-8"),
    _("the headings cannot be read: %(detail)s"),
    _("the file is not valid JSON: %(detail)s"),
    _("the file is empty"),
    _(
        "the first row must hold the headings, with an id or an email among them (looked for: %(wanted)s; "
        "found: %(found)s); export the grid with its headings from inwink again"
    ),
    _("no heading"),
    # Salesforce, or the way to it (connector.salesforce)
    _("Salesforce did not answer in the time allowed."),
    _("Salesforce did not accept a connection in the time allowed."),
    _("The answer is not valid JSON."),
    _("The connection to Salesforce was lost before the answer was complete."),
    _("A secure connection to Salesforce could not be made."),
    _("Salesforce could not be reached."),
    _("Salesforce answered with HTTP status %(status)s."),
    _("Salesforce answered with the address of another host."),
    _("Salesforce gave no reason."),
    _("The answer has an unexpected shape: %(detail)s."),
    _("The list of API versions has an unexpected shape."),
    _("The list of permission sets is longer than one answer."),
    _("Salesforce shows no permission set of the user, not even the profile's."),
    _("the address is malformed"),
    _("%(host)s may be called by https only"),
    _("%(host)s may be called by https on its usual port only"),
    _("%(host)s is not a Salesforce host and not among the allowed extra hosts"),
    # signing in
    _("The answer to the sign-in holds no token."),
    _("The sign-in does not say whose token it is."),
    _("The sign-in got HTTP status %(status)s."),
    _("The sign-in address leads elsewhere."),
    _("Salesforce gave no refresh token."),
    _("This sign-in works on the My Domain address only."),
    _("The stored private key cannot sign."),
    _("Nobody has logged in with Salesforce yet."),
    _("The new token belongs to another Salesforce organisation."),
    _("The new token belongs to another user."),
    _("Salesforce does not accept the token that it just gave."),
    _("The organisation signs in another way now."),
    _("The organisation was changed while somebody logged in."),
    _("disconnected: %(person)s"),
    _("Another process has been signing in for a while."),
    _(
        "These credentials lead to organisation %(found)s, but the links of “%(name)s” belong to %(known)s. "
        "Add the other one as an organisation of its own."
    ),
    # who did something without an account here
    _("invitation %(number)s of %(person)s"),
    _("%(person)s (command)"),
    # keys
    _("A stored secret cannot be decrypted: add the key it was written with to FIELD_ENCRYPTION_KEYS."),
    _("A stored secret cannot be decrypted with any of FIELD_ENCRYPTION_KEYS."),
)
"""Templates of every sentence of ours that is stored; what a test finds in the code that makes them stands here."""

_HOLE = re.compile(r"%\((\w+)\)s")
_SHAPES = {
    "value": r'"(?:[^"\\]|\\.)*"|an object|a list|[\w.+-]+|…',  # what `show` makes of one, or nothing of it
    "host": r"\S+",
    "json": r"(?:Expecting|Extra|Invalid|Unterminated|Illegal) [^()]*",  # what Python's reader of JSON says
    **dict.fromkeys(
        (
            "line",
            "column",
            "length",
            "fit",
            "digits",
            "count",
            "most",
            "place",
            "row",
            "first",
            "last",
            "status",
            "number",
        ),
        r"\d+",
    ),
}
"""{hole of a template: what may stand in it}; anything in any other."""
_LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stored sentence that is ours."""

    about: str
    """The field, key or code that stands before it, "" where none does."""
    template: str
    params: Mapping[str, str]

    def without_values(self) -> "Sentence":
        """Return it without the value that it repeats, which may be personal."""
        hidden = {name: _LEFT_OUT if name == "value" else text for name, text in self.params.items()}
        return replace(self, params=hidden)

    @property
    def stored(self) -> str:
        """The sentence in English, with what it is about."""
        text = self.template % self.params
        return f"{self.about}: {text}" if self.about else text

    @property
    def said(self) -> str:
        """The sentence alone in the language that is active."""
        return gettext(self.template) % {name: say_stored(text) for name, text in self.params.items()}


def recognise(text: str) -> Sentence | None:
    """Know a stored sentence again, also behind the "field: " that it is about; None where it is not ours."""
    return next(_readings(text), None)


def say_stored(text: str) -> str:
    """Return a stored sentence in the language that is active; what Salesforce or a person said stays as it is."""
    found = recognise(text) if text else None
    if found is None:
        return text
    if not found.about:
        return found.said
    return gettext("%(about)s: %(text)s") % {"about": say_stored(found.about), "text": found.said}


def _readings(text: str) -> Iterator[Sentence]:
    about, rest = "", text
    while True:
        for template, pattern in _patterns():
            if match := pattern.fullmatch(rest):
                yield Sentence(about, template, match.groupdict())
        head, colon, rest = rest.partition(": ")
        if not colon:
            return
        about = f"{about}: {head}" if about else head


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(template, re.compile(_pattern_of(template), re.DOTALL)) for template in SENTENCES]


def _pattern_of(template: str) -> str:
    literals = _HOLE.split(template)  # text, hole, text, …
    return "".join(
        f"(?P<{part}>{_SHAPES.get(part, '.+?')})" if place % 2 else re.escape(part)
        for place, part in enumerate(literals)
    )
