"""Say what a search in Salesforce found, so that records of one name are told apart."""

from django.utils.translation import gettext

from connector.pipeline.setup.find_by_name import FoundRecord


def describe_found(record: FoundRecord) -> str:
    """Say in one line what a user, a queue or an account is, beside its name."""
    kinds = {"User": gettext("User"), "Queue": gettext("Queue")}
    return " · ".join(part for part in (kinds.get(record.sobject), record.about, record.id) if part)
