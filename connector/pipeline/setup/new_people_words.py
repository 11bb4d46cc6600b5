"""Read what a file or a form says about new people: words, ids and names, in the form in which they are stored."""

from connector.core.new_people import RECORD_TYPE_PREFIX
from connector.models.links import ACCOUNT_WORDS, OWNER_WORDS
from connector.salesforce.ids import id_18, is_id

USER_PREFIX, QUEUE_PREFIX, ACCOUNT_PREFIX = "005", "00G", "001"
"""First characters of ids.

https://help.salesforce.com/s/articleView?id=000385203
"""


def read_owner(text: str) -> str:
    """Return an owner as it is stored. Raises ValueError with what to write instead."""
    if text in OWNER_WORDS:
        return text
    if is_id(text) and text.startswith((USER_PREFIX, QUEUE_PREFIX)):
        return id_18(text)
    raise ValueError(
        "write integration_user, assignment_rules, or the id of a user (it starts with 005) or of a queue (00G)"
    )


def read_account(text: str) -> str:
    """Return an account, or how it is found, as it is stored. Raises ValueError with what to write instead."""
    if text in ACCOUNT_WORDS:
        return text
    if is_id(text) and text.startswith(ACCOUNT_PREFIX):
        return id_18(text)
    raise ValueError("write none, by_company, by_domain, or the id of an account (it starts with 001)")


def read_record_type(text: str) -> str:
    """Return a record type as it is stored: an id of 18 characters, or its developer name or label as given."""
    return id_18(text) if is_id(text) and text.startswith(RECORD_TYPE_PREFIX) else text


def is_queue(owner: str) -> bool:
    """Say whether an owner is a queue."""
    return owner.startswith(QUEUE_PREFIX)
