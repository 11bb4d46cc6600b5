"""Lay the organisations and sources of a configuration file, with their secrets, over the stored ones."""

from urllib.parse import urlsplit

from connector.inwink.signature import digest_token
from connector.models import SalesforceOrg
from connector.models.fields import Secret, WrongEncryptionKey, conceal_list, reveal_list
from connector.pipeline.connection.org_setup import normalise_pem
from connector.pipeline.setup.configure_plan import OrgPlan, SourcePlan, lay, lay_all, lay_secret

ORG_COLUMNS = {
    key: key
    for key in (
        "login_url", "auth", "client_id", "username", "api_version", "visibility_confirmed", "api_budget_percent",
        "api_daily_max",
    )
}  # fmt: skip
ORG_SECRETS = ("client_secret", "password", "security_token", "private_key")


def lay_org(plan: OrgPlan) -> None:
    """Lay everything that the file says about an organisation on its row."""
    lay_all(plan, ORG_COLUMNS)
    if "login_url" in plan.changes:
        plan.row.environment = environment_of(plan.row.login_url)
        plan.columns.add("environment")
    for key in ORG_SECRETS:
        if plan.section.has(key):
            text = getattr(plan.section, key) or ""
            text = normalise_pem(text) if key == "private_key" else text
            held = _revealed(getattr(plan.row, key))
            lay_secret(plan, key, before=held, after=text, concealed=Secret.conceal(text), column=key)


def environment_of(login_url: str) -> str:
    """Tell a sandbox by its address.

    https://help.salesforce.com/s/articleView?id=sf.domain_name_url_formats.htm
    """
    host = urlsplit(login_url).hostname or ""
    is_sandbox = host == "test.salesforce.com" or ".sandbox." in host
    return str(SalesforceOrg.Environment.SANDBOX if is_sandbox else SalesforceOrg.Environment.PRODUCTION)


def lay_source(plan: SourcePlan) -> None:
    """Lay everything that the file says about a source on its row; raises nothing for secrets that are checked."""
    row, section = plan.row, plan.section
    lay(plan, "name", column="name", value=section.name)
    if plan.is_new and section.id is not None:
        row.id = section.id
    lay_all(plan, {"locale": "locale", "default_state": "default_state"})
    if section.has("secrets"):
        secrets = section.secrets or []
        held = _revealed_list(row.signing_secrets)
        lay_secret(
            plan, "secrets", before=held, after=secrets, concealed=conceal_list(secrets), column="signing_secrets"
        )
    if section.has("bearer_tokens"):
        digests = [digest_token(token) for token in section.bearer_tokens or []]
        held = list(row.bearer_token_hashes)
        lay_secret(plan, "bearer_tokens", before=held, after=digests, concealed=digests, column="bearer_token_hashes")


def _revealed(secret: Secret | str) -> str | None:
    """Read a stored secret to compare it; None where no key fits, so that it counts as changed."""
    try:
        return secret.reveal() if isinstance(secret, Secret) else secret
    except WrongEncryptionKey:
        return None


def _revealed_list(secret: Secret | str) -> list[str] | None:
    try:
        return reveal_list(secret) if isinstance(secret, Secret) else []
    except WrongEncryptionKey:
        return None
