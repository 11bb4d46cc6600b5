"""A configuration file for the local Salesforce, and what tests do with it."""

from simulator.server import SimulatorServer

EVENT = "event-salon"
SECRET = "whsec_dGVzdHMtb25seS13ZWJob29rLXNlY3JldC0wMTIz"
ENVIRON = {"SF_CLIENT_SECRET": "simulator-secret", "WEBHOOK_SECRET": SECRET}

TEMPLATE = """\
orgs:
  - name: Acme
    login_url: {url}
    client_id: simulator-client
    client_secret: {{env: SF_CLIENT_SECRET}}
sources:
  - name: inwink
    secrets: [{{env: WEBHOOK_SECRET}}]
links:
  - event: event-salon
    org: Acme
    campaign: {{name: Salon 2026}}
    statuses:
      registered: Registered
      attended: Attended
    mappings:
      - source: fields.dietary
        object: campaign_member
        field: Dietary__c
"""


def config_text(url: str = "https://acme.my.salesforce.com", *, replace: dict[str, str] | None = None) -> str:
    """Return the file with some of its text replaced; each text must occur."""
    text = TEMPLATE.format(url=url)
    for before, after in (replace or {}).items():
        assert before in text
        text = text.replace(before, after)
    return text


def offline_text(campaign_id: str = "701000000000001AAA", *, replace: dict[str, str] | None = None) -> str:
    """Return a file that needs no Salesforce."""
    return config_text(replace={"{name: Salon 2026}": f"{{id: {campaign_id}}}", **(replace or {})})


def campaign_id_of(salesforce: SimulatorServer) -> str:
    """Return the id of the simulator's campaign."""
    return str(next(iter(salesforce.org.store.all("Campaign")))["Id"])


WEB_SERVER = {"    client_id: sim": "    auth: web_server\n    client_id: sim"}
"""The organisation is connected by a log-in in the admin."""
JWT_BEARER = {
    "    client_id: sim": "    auth: jwt_bearer\n    username: integration@simulator.example\n    client_id: sim",
    "client_secret: {env: SF_CLIENT_SECRET}": "private_key: {env: SF_PRIVATE_KEY}",
}
"""The organisation signs in by assertion."""
