"""The admin, one module an area; importing it registers every page."""

from connector.admin import accounts, erased, inbox, links, log, orgs, outbox, q2, sources

__all__ = ["accounts", "erased", "inbox", "links", "log", "orgs", "outbox", "q2", "sources"]
