"""The admin, one module an area; importing it registers every page."""

from connector.admin import accounts, inbox, links, log, orgs, outbox, q2, sources

__all__ = ["accounts", "inbox", "links", "log", "orgs", "outbox", "q2", "sources"]
