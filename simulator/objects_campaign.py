"""Campaign, CampaignMember and CampaignMemberStatus.

Rights and types: describe of API 64.0, as published by NetCoreForce; rules:
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm
"""

from __future__ import annotations

from simulator.objects_people import SYSTEM_FIELDS

CAMPAIGN = """
Id                 id         readonly required defaulted idlookup      | Campaign ID
Name               string(80) required namefield idlookup               | Name
ParentId           reference  to:Campaign:Parent                        | Parent Campaign ID
Type               picklist(40)                                         | Type
Status             picklist(40)                                         | Status
StartDate          date                                                 | Start Date
EndDate            date                                                 | End Date
ExpectedRevenue    currency(18,0)                                       | Expected Revenue in Campaign
BudgetedCost       currency(18,0)                                       | Budgeted Cost in Campaign
ActualCost         currency(18,0)                                       | Actual Cost in Campaign
ExpectedResponse   percent(10,2)                                        | Expected Response (%)
NumberSent         double(18,0)                                         | Num Sent in Campaign
IsActive           boolean                                              | Active
Description        textarea(32000) nofilter                             | Description
NumberOfLeads      int        readonly required                         | Leads in Campaign
NumberOfConvertedLeads int    readonly required                         | Converted Leads in Campaign
NumberOfContacts   int        readonly required                         | Contacts in Campaign
NumberOfResponses  int        readonly required                         | Responses in Campaign
OwnerId            reference  required defaulted to:User:Owner          | Owner ID
LastActivityDate   date       readonly                                  | Last Activity
CampaignMemberRecordTypeId reference to:RecordType:CampaignMemberRecordType | Record Type ID
""" + SYSTEM_FIELDS.strip()

CAMPAIGN_MEMBER = """
Id                 id         readonly required defaulted idlookup      | Campaign Member ID
CampaignId         reference  createonly required cascade to:Campaign:Campaign | Campaign ID
LeadId             reference  createonly cascade to:Lead:Lead           | Lead ID
ContactId          reference  createonly cascade to:Contact:Contact     | Contact ID
Status             picklist(40)                                         | Status
HasResponded       boolean    readonly                                  | Responded
FirstRespondedDate date       readonly                                  | First Responded Date
Salutation         picklist(40) readonly                                | Salutation
Name               string(255) readonly                                 | Name
FirstName          string(40) readonly                                  | First Name
LastName           string(80) readonly                                  | Last Name
Title              string(128) readonly                                 | Title
Street             string(255) readonly                               | Street
City               string(40) readonly                                  | City
State              string(80) readonly                                  | State/Province
PostalCode         string(20) readonly                                  | Zip/Postal Code
Country            string(80) readonly                                  | Country
Email              email(80)  readonly                                  | Email
Phone              phone(40)  readonly                                  | Phone
Fax                phone(40)  readonly                                  | Fax
MobilePhone        phone(40)  readonly                                  | Mobile
Description        textarea(32000) readonly nofilter                    | Description
DoNotCall          boolean    readonly                                  | Do Not Call
HasOptedOutOfEmail boolean    readonly                                  | Email Opt Out
HasOptedOutOfFax   boolean    readonly                                  | Fax Opt Out
LeadSource         picklist(255) readonly                               | Lead Source
CompanyOrAccount   string(255) readonly                                 | Company (Account)
Type               string(40) readonly                                  | Type
LeadOrContactId    reference  readonly to:Contact,Lead:                 | Related Record ID
LeadOrContactOwnerId reference readonly to:Group,User:                  | Related Record Owner ID
""" + SYSTEM_FIELDS.strip()

CAMPAIGN_MEMBER_STATUS = """
Id                 id         readonly required defaulted idlookup      | Campaign Member Status ID
CampaignId         reference  createonly required cascade to:Campaign:Campaign | Campaign ID
Label              string(765) required namefield                       | Member Status
SortOrder          int                                                  | Sort Order
IsDefault          boolean                                              | Is Default
HasResponded       boolean                                              | Responded
""" + SYSTEM_FIELDS.strip()

PICKLISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "Campaign": {
        "Type": (
            "Conference",
            "Webinar",
            "Trade Show",
            "Public Relations",
            "Partners",
            "Referral Program",
            "Advertisement",
            "Banner Ads",
            "Direct Mail",
            "Email",
            "Telemarketing",
            "Other",
        ),
        "Status": ("Planned", "In Progress", "Completed", "Aborted"),
    },
    "CampaignMember": {"Status": ("Sent", "Responded"), "Salutation": ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")},
}
