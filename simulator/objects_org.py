"""The objects that describe the org itself: users, queues, permissions, statuses, record types.

Only the fields a client reads to learn what it may do:
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionset.htm
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionsetassignment.htm
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionsetgroup.htm
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_duplicaterule.htm
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_assignmentrule.htm
"""

from __future__ import annotations

from simulator.objects_people import SYSTEM_FIELDS

_AUDIT = "\n".join(SYSTEM_FIELDS.strip().splitlines()[1:])

USER = (
    """
Id                 id         readonly required defaulted idlookup      | User ID
Username           string(80) required idlookup                         | Username
LastName           string(80) required in:Name                          | Last Name
FirstName          string(40) in:Name                                   | First Name
Name               string(121) readonly required namefield              | Full Name
Email              email(128) required idlookup                         | Email
Alias              string(8)  required                                  | Alias
IsActive           boolean                                              | Active
UserType           picklist(40) readonly                                | User Type
ProfileId          reference  to:Profile:Profile                        | Profile ID
LanguageLocaleKey  picklist(40)                                         | Language
TimeZoneSidKey     picklist(40)                                         | Time Zone
LocaleSidKey       picklist(40)                                         | Locale
UserPermissionsMarketingUser boolean                                    | Marketing User
"""
    + _AUDIT
)

ORGANIZATION = (
    """
Id                 id         readonly required defaulted               | Organization ID
Name               string(80) required namefield                        | Name
Country            string(80)                                           | Country
DefaultLocaleSidKey picklist(40)                                        | Locale
TimeZoneSidKey     picklist(40)                                         | Time Zone
LanguageLocaleKey  picklist(40)                                         | Language
OrganizationType   picklist(40) readonly                                | Edition
InstanceName       string(5)  readonly                                  | Instance Name
IsSandbox          boolean    readonly                                  | Is Sandbox
NamespacePrefix    string(15) readonly                                  | Namespace Prefix
DefaultAccountAccess picklist(40) readonly                              | Default Account Access
DefaultContactAccess picklist(40) readonly                              | Default Contact Access
DefaultLeadAccess  picklist(40) readonly                                | Default Lead Access
DefaultCampaignAccess picklist(40) readonly                             | Default Campaign Access
"""
    + _AUDIT
)

GROUP = (
    """
Id                 id         readonly required defaulted               | Group ID
Name               string(40) required namefield                        | Name
DeveloperName      string(80)                                           | Developer Name
Type               picklist(40) createonly required                     | Type
Email              email(255)                                           | Email
"""
    + _AUDIT
)

QUEUE_SOBJECT = """
Id                 id         readonly required defaulted               | Queue Sobject ID
QueueId            reference  createonly required to:Group:Queue        | Group ID
SobjectType        picklist(40) createonly required                     | Sobject Type
CreatedById        reference  readonly required defaulted to:User:CreatedBy | Created By ID
"""
"""Which objects a queue may own.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_queuesobject.htm
"""

LEAD_STATUS = (
    """
Id                 id         readonly required defaulted               | Lead Status Value ID
MasterLabel        string(255) readonly namefield                       | Master Label
ApiName            string(255) readonly required                        | Api Name
SortOrder          int        readonly                                  | Sort Order
IsDefault          boolean    readonly                                  | Is Default
IsConverted        boolean    readonly                                  | Is Converted
"""
    + _AUDIT
)

RECORD_TYPE = (
    """
Id                 id         readonly required defaulted               | Record Type ID
Name               string(80) required namefield                        | Name
DeveloperName      string(80) required                                  | Record Type Name
SobjectType        picklist(40) createonly required                     | SObject Type Name
IsActive           boolean                                              | Active
"""
    + _AUDIT
)

PERMISSION_SET = (
    """
Id                 id         readonly required defaulted               | PermissionSet ID
Name               string(80) required namefield                        | Permission Set Name
Label              string(80) required                                  | Permission Set Label
IsOwnedByProfile   boolean    readonly                                  | Is Owned By Profile
Type               picklist(40) readonly                                | Type
PermissionSetGroupId reference readonly to:PermissionSetGroup:PermissionSetGroup | Permission Set Group ID
HasActivationRequired boolean                                           | Session Activation Required
PermissionsViewSetup boolean                                            | View Setup and Configuration
PermissionsApiEnabled boolean                                           | API Enabled
PermissionsViewAllData boolean                                          | View All Data
PermissionsModifyAllData boolean                                        | Modify All Data
PermissionsMarketingUser boolean                                        | Marketing User
"""
    + _AUDIT
)

PERMISSION_SET_ASSIGNMENT = """
Id                 id         readonly required defaulted               | PermissionSetAssignment ID
PermissionSetId    reference  createonly required to:PermissionSet:PermissionSet | PermissionSet ID
AssigneeId         reference  createonly required to:User:Assignee      | Assignee ID
PermissionSetGroupId reference createonly to:PermissionSetGroup:PermissionSetGroup | Permission Set Group ID
ExpirationDate     datetime                                             | Expires On
IsActive           boolean    readonly                                  | Is Active
SystemModstamp     datetime   readonly required defaulted               | Date Assigned
"""

PERMISSION_SET_GROUP = (
    """
Id                 id         readonly required defaulted               | Permission Set Group ID
DeveloperName      string(80) required namefield                        | Developer Name
MasterLabel        string(80) required                                  | Master Label
Status             picklist(40) readonly                                | Status
HasActivationRequired boolean                                           | Session Activation Required
"""
    + _AUDIT
)

DUPLICATE_RULE = (
    """
Id                 id         readonly required defaulted               | Duplicate Rule ID
DeveloperName      string(80) readonly required namefield               | Object Name
MasterLabel        string(80) readonly                                  | Rule Name
SobjectType        picklist(40) readonly required                       | Object
SobjectSubtype     picklist(255) readonly                               | Object Subtype
IsActive           boolean    readonly                                  | Active
"""
    + _AUDIT
)

ASSIGNMENT_RULE = (
    """
Id                 id         readonly required defaulted               | Assignment Rule ID
Name               string(120) readonly required namefield              | Name
SobjectType        picklist(40) readonly required                       | SObject Type Name
Active             boolean    readonly                                  | Active
"""
    + _AUDIT
)

OBJECT_PERMISSIONS = (
    """
Id                 id         readonly required defaulted               | ObjectPermissions ID
ParentId           reference  createonly required to:PermissionSet:Parent | Parent ID
SobjectType        picklist(40) createonly required                     | Sobject Type Name
PermissionsCreate  boolean                                              | Create Records
PermissionsRead    boolean                                              | Read Records
PermissionsEdit    boolean                                              | Edit Records
PermissionsDelete  boolean                                              | Delete Records
PermissionsViewAllRecords boolean                                       | View All Records
PermissionsModifyAllRecords boolean                                     | Modify All Records
"""
    + _AUDIT
)

PICKLISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "Group": {"Type": ("Regular", "Queue", "Organization", "Role")},
    "PermissionSet": {"Type": ("Regular", "Standard", "Session", "Profile", "Group")},
    "PermissionSetGroup": {"Status": ("Updated", "Outdated", "Updating", "Failed")},
    "User": {"UserType": ("Standard", "Guest", "PowerPartner", "CspLitePortal")},
}
