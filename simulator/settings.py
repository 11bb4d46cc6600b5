"""The org's switches: what differs between orgs, and what is only assumed about Salesforce."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

from simulator.shapes import Json


@dataclass(frozen=True, slots=True)
class Settings:
    """Every switch with its default. Changed at runtime by POST /_simulator/settings."""

    latency_ms: float = 0
    """Added to each request under /services."""
    row_latency_ms: float = 0
    """Added for each row of a write, after it."""
    lock_hold_ms: float = 0
    """How long a collection of members keeps its campaign locked beyond its own work."""
    lock_wait_seconds: float = 10
    """How long a write waits for a locked campaign; Salesforce: 10 s."""
    page_size: int = 2000
    """Rows of one page of a query; Salesforce may send fewer than 2,000."""
    child_page_size: int | None = None
    """Rows of one page of a child query; null: as page_size."""
    api_limit: int = 100_000
    """DailyApiRequests.Max."""
    storage_full: bool = False
    """No data storage is left: whatever would be created is refused (https://developer.salesforce.com/docs/atlas.en-us.
    api.meta/api/sforce_api_calls_concepts_core_data_objects.htm, STORAGE_LIMIT_EXCEEDED). That updates still pass, and
    the words, are assumptions."""
    slow_objects: tuple[str, ...] = ()
    """Queries of these objects are given up while they run, with QUERY_TIMEOUT (same page)."""
    usage_jumps: bool = False
    """Sforce-Limit-Info goes up and down (recorded: 488, 489, 490, 483, 485)."""
    first_version: int = 31
    last_version: int = 67
    login_hosts: tuple[str, ...] = ("login.salesforce.com", "test.salesforce.com")
    """Hosts on which client_credentials is refused (My Domain only)."""
    session_seconds: int = 7200
    """Idle time after which a token dies; sliding (assumption; the documented default of the session policy)."""
    code_seconds: float = 900
    """How long an authorization code works (documented: 15 minutes)."""
    refresh_token_rotation: bool = False
    """The app's "Enable Refresh Token Rotation": each use of a refresh token replaces it."""
    jwt_audiences: tuple[str, ...] = ("shared", "my_domain")
    """What `aud` may name: login and test ("shared", the documented ones), the org's own address ("my_domain");
    orgs are reported that take only one of the two."""
    duplicate_rules: dict[str, Json] = field(default_factory=dict)
    """{object: {"action": "alert"|"block", "match": [fields]}}; the match defaults to Email (assumption: real
    matching is fuzzy)."""
    duplicate_key: str = "duplicateResut"
    """The misspelt key of recorded v52-v56 bodies; newer ones may say duplicateResult."""
    hidden_fields: dict[str, list[str]] = field(default_factory=dict)
    readonly_fields: dict[str, list[str]] = field(default_factory=dict)
    required_fields: dict[str, list[str]] = field(default_factory=dict)
    restricted_picklists: dict[str, list[str]] = field(default_factory=dict)
    object_access: dict[str, dict[str, bool]] = field(default_factory=dict)
    """{object: {"createable"|"updateable"|"deletable": false}}"""
    validation_rules: tuple[Json, ...] = ()
    """[{"sobject", "field", "equals", "message"}]"""
    person_accounts: bool = False
    sharing_hides: dict[str, Json] = field(default_factory=dict)
    """{object: "not_owned" | [ids]}: the organisation-wide default of the object is private, and these rows are hidden
    from the integration user unless its permission sets show it everything."""
    view_all: bool = True
    """The integration user's profile has View All Data."""
    view_setup: bool = True
    """The integration user has View Setup and Configuration: it can read permission sets and duplicate rules."""
    hidden_objects: tuple[str, ...] = ()
    """Objects that the integration user may not read at all."""
    marketing_user: bool = True
    """Without it campaigns and their member statuses are read-only."""
    references_allowed: bool = True
    """False: every @{…} in a composite request is unresolvable (for clients that must do without)."""
    assignment_rule_owner: str | None = None
    """Owner that the active Lead assignment rule gives, unless Sforce-Auto-Assign says FALSE."""
    max_subrequest_rows_before_limit_exception: int | None = None
    """A write of more rows than this ends with an Apex CPU-time error on all of them."""
    attributes_first: bool = True
    """Rows of a collection must begin with "attributes" (assumption: the recorded error's words; CumulusCI's
    recordings show rows accepted with it last)."""
    collate_reorders: bool = False
    """With collateSubrequests, answers come grouped by kind (assumption)."""
    members_of_inactive_campaigns: bool = True
    """The API may add members to a campaign that is not active (assumption)."""
    inactive_owner_blocks_updates: bool = False
    """Updates of a row whose owner is inactive fail (assumption; true in some orgs)."""
    convert_edit_allowed: bool = False
    """The user has "View and Edit Converted Leads"."""
    composite_query_limit: int = 5
    max_collection_rows: int = 200
    """Rows of a collection; more are refused as a whole with EXCEEDED_ID_LIMIT (documented: 200)."""

    def changed(self, values: dict[str, Json]) -> Settings:
        """Return the settings with these values. Raises ValueError for an unknown name."""
        known = {one.name for one in fields(self)}
        unknown = sorted(values.keys() - known)
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        lists = {name: tuple(value) for name, value in values.items() if name in _TUPLES}
        return replace(self, **{**values, **lists})


_TUPLES = ("login_hosts", "validation_rules", "jwt_audiences", "hidden_objects", "slow_objects")
