"""Account, Contact and Lead as a default org describes them.

Names, types, lengths and rights: the describes of a live org that CumulusCI publishes, and
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm
(…_lead.htm, …_account.htm).
"""

from __future__ import annotations

SYSTEM_FIELDS = """
IsDeleted          boolean    readonly                                  | Deleted
CreatedDate        datetime   readonly required defaulted               | Created Date
CreatedById        reference  readonly required defaulted to:User:CreatedBy | Created By ID
LastModifiedDate   datetime   readonly required defaulted               | Last Modified Date
LastModifiedById   reference  readonly required defaulted to:User:LastModifiedBy | Last Modified By ID
SystemModstamp     datetime   readonly required defaulted               | System Modstamp
"""

SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
INDUSTRIES = (
    "Agriculture",
    "Apparel",
    "Banking",
    "Biotechnology",
    "Consulting",
    "Education",
    "Energy",
    "Finance",
    "Government",
    "Healthcare",
    "Media",
    "Retail",
    "Technology",
    "Other",
)
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")

CONTACT = """
Id                 id         readonly required defaulted idlookup      | Contact ID
MasterRecordId     reference  readonly to:Contact:MasterRecord          | Master Record ID
AccountId          reference  to:Account:Account cascade                | Account ID
LastName           string(80) required in:Name                          | Last Name
FirstName          string(40) in:Name                                   | First Name
Salutation         picklist(40) in:Name                                 | Salutation
Name               string(121) readonly required namefield              | Full Name
MailingStreet      textarea(255) in:MailingAddress                      | Mailing Street
MailingCity        string(40) in:MailingAddress                         | Mailing City
MailingState       string(80) in:MailingAddress                         | Mailing State/Province
MailingPostalCode  string(20) in:MailingAddress                         | Mailing Zip/Postal Code
MailingCountry     string(80) in:MailingAddress                         | Mailing Country
MailingAddress     address    readonly                                  | Mailing Address
Phone              phone(40)                                            | Business Phone
Fax                phone(40)                                            | Business Fax
MobilePhone        phone(40)                                            | Mobile Phone
HomePhone          phone(40)                                            | Home Phone
OtherPhone         phone(40)                                            | Other Phone
ReportsToId        reference  to:Contact:ReportsTo                      | Reports To ID
Email              email(80)  idlookup                                  | Email
Title              string(128)                                          | Title
Department         string(80)                                           | Department
LeadSource         picklist(255)                                        | Lead Source
Birthdate          date                                                 | Birthdate
Description        textarea(32000) nofilter                             | Contact Description
OwnerId            reference  required defaulted to:User:Owner          | Owner ID
HasOptedOutOfEmail boolean                                              | Email Opt Out
HasOptedOutOfFax   boolean                                              | Fax Opt Out
DoNotCall          boolean                                              | Do Not Call
LastActivityDate   date       readonly                                  | Last Activity
EmailBouncedReason string(255)                                          | Email Bounced Reason
EmailBouncedDate   datetime                                             | Email Bounced Date
IsEmailBounced     boolean    readonly                                  | Is Email Bounced
PhotoUrl           url(255)   readonly                                  | Photo URL
""" + SYSTEM_FIELDS.strip()

LEAD = """
Id                 id         readonly required defaulted idlookup      | Lead ID
MasterRecordId     reference  readonly to:Lead:MasterRecord             | Master Record ID
LastName           string(80) required in:Name                          | Last Name
FirstName          string(40) in:Name                                   | First Name
Salutation         picklist(40) in:Name                                 | Salutation
Name               string(121) readonly required namefield              | Full Name
Title              string(128)                                          | Title
Company            string(255) required                                 | Company
Street             textarea(255) in:Address                             | Street
City               string(40) in:Address                                | City
State              string(80) in:Address                                | State/Province
PostalCode         string(20) in:Address                                | Zip/Postal Code
Country            string(80) in:Address                                | Country
Address            address    readonly                                  | Address
Phone              phone(40)                                            | Phone
MobilePhone        phone(40)                                            | Mobile Phone
Fax                phone(40)                                            | Fax
Email              email(80)  idlookup                                  | Email
Website            url(255)                                             | Website
Description        textarea(32000) nofilter                             | Description
LeadSource         picklist(255)                                        | Lead Source
Status             picklist(255) required defaulted                     | Status
Industry           picklist(255)                                        | Industry
Rating             picklist(255)                                        | Rating
AnnualRevenue      currency(18,0)                                       | Annual Revenue
NumberOfEmployees  int                                                  | Employees
OwnerId            reference  required defaulted to:Group,User:Owner    | Owner ID
HasOptedOutOfEmail boolean                                              | Email Opt Out
HasOptedOutOfFax   boolean                                              | Fax Opt Out
DoNotCall          boolean                                              | Do Not Call
IsConverted        boolean    createonly                                | Converted
ConvertedDate      date       readonly                                  | Converted Date
ConvertedAccountId reference  readonly to:Account:ConvertedAccount      | Converted Account ID
ConvertedContactId reference  readonly to:Contact:ConvertedContact      | Converted Contact ID
ConvertedOpportunityId reference readonly to:Opportunity:ConvertedOpportunity | Converted Opportunity ID
IsUnreadByOwner    boolean                                              | Unread By Owner
LastActivityDate   date       readonly                                  | Last Activity
EmailBouncedReason string(255) updateonly                               | Email Bounced Reason
EmailBouncedDate   datetime   updateonly                                | Email Bounced Date
PhotoUrl           url(255)   readonly                                  | Photo URL
""" + SYSTEM_FIELDS.strip()

ACCOUNT = """
Id                 id         readonly required defaulted idlookup      | Account ID
MasterRecordId     reference  readonly to:Account:MasterRecord          | Master Record ID
Name               string(255) required namefield in:Name               | Account Name
Type               picklist(40)                                         | Account Type
ParentId           reference  to:Account:Parent                         | Parent Account ID
BillingStreet      textarea(255) in:BillingAddress                      | Billing Street
BillingCity        string(40) in:BillingAddress                         | Billing City
BillingState       string(80) in:BillingAddress                         | Billing State/Province
BillingPostalCode  string(20) in:BillingAddress                         | Billing Zip/Postal Code
BillingCountry     string(80) in:BillingAddress                         | Billing Country
BillingAddress     address    readonly                                  | Billing Address
Phone              phone(40)                                            | Account Phone
Website            url(255)                                             | Website
AccountNumber      string(40)                                           | Account Number
Industry           picklist(40)                                         | Industry
NumberOfEmployees  int                                                  | Employees
Description        textarea(32000) nofilter                             | Account Description
OwnerId            reference  required defaulted to:User:Owner          | Owner ID
LastActivityDate   date       readonly                                  | Last Activity
""" + SYSTEM_FIELDS.strip()

PERSON_ACCOUNT_FIELDS = """
IsPersonAccount    boolean    readonly                                  | Is Person Account
LastName           string(80) in:Name                                   | Last Name
FirstName          string(40) in:Name                                   | First Name
Salutation         picklist(40) in:Name                                 | Salutation
Fax                phone(40)                                            | Account Fax
PersonContactId    reference  readonly to:Contact:PersonContact         | Contact ID
PersonMailingStreet textarea(255) in:PersonMailingAddress               | Mailing Street
PersonMailingCity  string(40) in:PersonMailingAddress                   | Mailing City
PersonMailingState string(80) in:PersonMailingAddress                   | Mailing State/Province
PersonMailingPostalCode string(20) in:PersonMailingAddress              | Mailing Zip/Postal Code
PersonMailingCountry string(80) in:PersonMailingAddress                 | Mailing Country
PersonMobilePhone  phone(40)                                            | Mobile
PersonHomePhone    phone(40)                                            | Home Phone
PersonOtherPhone   phone(40)                                            | Other Phone
PersonEmail        email(80)                                            | Email
PersonTitle        string(80)                                           | Title
PersonDepartment   string(80)                                           | Department
PersonLeadSource   picklist(255)                                        | Lead Source
PersonBirthdate    date                                                 | Birthdate
PersonHasOptedOutOfEmail boolean                                        | Email Opt Out
PersonHasOptedOutOfFax boolean                                          | Fax Opt Out
PersonDoNotCall    boolean                                              | Do Not Call
"""
"""What Account has besides in an org with Person Accounts (CumulusCI's describe of such an org)."""

PICKLISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "Contact": {"Salutation": SALUTATIONS, "LeadSource": LEAD_SOURCES},
    "Lead": {
        "Salutation": SALUTATIONS,
        "LeadSource": LEAD_SOURCES,
        "Status": LEAD_STATUSES,
        "Industry": INDUSTRIES,
        "Rating": ("Hot", "Warm", "Cold"),
    },
    "Account": {
        "Salutation": SALUTATIONS,
        "PersonLeadSource": LEAD_SOURCES,
        "Industry": INDUSTRIES,
        "Type": ("Prospect", "Customer - Direct", "Other"),
    },
}
