"""What the org is made of: /sobjects, /sobjects/X, /sobjects/X/describe.

Keys as in the live describes that CumulusCI publishes; conditional requests:
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_conditional_requests.htm
"""

from __future__ import annotations

import zlib
from email.utils import parsedate_to_datetime

from simulator.call import Call
from simulator.clock import http_date, parse_datetime
from simulator.schema import Child, Field, SObject
from simulator.shapes import Answer, Json

_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_BYTES = {"id": 1, "reference": 1}
_MASTER = "012000000000000AAA"


def get_global(call: Call) -> Answer:
    """List all objects."""
    objects = [_summary(one, version=call.version) for one in call.org.catalog.values()]
    return _conditional(call, body={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects})


def get_basic(call: Call, *, name: str) -> Answer:
    """Describe an object briefly, with the rows read last."""
    return Answer(200, {"objectDescribe": _summary(call.sobject(name), version=call.version), "recentItems": []})


def get_describe(call: Call, *, name: str) -> Answer:
    """Describe an object and all fields that the user may see."""
    one = call.sobject(name)
    restricted = set(call.org.settings.restricted_picklists.get(one.name, ()))
    base = f"/services/data/{call.version}/sobjects/{one.name}"
    body = {
        "actionOverrides": [],
        **_flags(one),
        "childRelationships": [_child(child) for child in one.children],
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_field(field, restricted=restricted) for field in one.fields.values()],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": _record_types(call, one=one, base=base),
        "searchLayoutable": one.searchable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {one.plural.lower()}", "name": "everything"}],
        "urls": _urls(one, base=base),
    }
    return _conditional(call, body=body)


def _conditional(call: Call, *, body: Json) -> Answer:
    """Answer 304 without body to If-Modified-Since when nothing changed."""
    changed = parse_datetime(call.org.schema_changed_at)
    headers = {"Last-Modified": http_date(changed) if changed else "", "ETag": f'"{_etag(call.org.schema_changed_at)}"'}
    since = call.headers.get("if-modified-since")
    if since and changed and changed <= parsedate_to_datetime(since):
        return Answer(304, None, headers)
    return Answer(200, body, headers)


def _etag(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _flags(one: SObject) -> Json:
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": one.createable,
        "custom": one.name.endswith("__c"),
        "customSetting": False,
        "deepCloneable": False,
        "deletable": one.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": one.prefix,
        "label": one.label,
        "labelPlural": one.plural,
        "layoutable": True,
        "mergeable": one.name in ("Account", "Contact", "Lead"),
        "mruEnabled": one.searchable,
        "name": one.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": one.searchable,
        "triggerable": True,
        "undeletable": one.undeletable,
        "updateable": one.updateable,
    }


def _summary(one: SObject, *, version: str) -> Json:
    base = f"/services/data/{version}/sobjects/{one.name}"
    return {**_flags(one), "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"}}


def _urls(one: SObject, *, base: str) -> Json:
    pages = {"uiDetailTemplate": "/{ID}", "uiEditTemplate": "/{ID}/e", "uiNewRecord": f"/{one.prefix}/e"}
    return {
        "sobject": base,
        "describe": f"{base}/describe",
        "rowTemplate": f"{base}/{{ID}}",
        "layouts": f"{base}/describe/layouts",
        "compactLayouts": f"{base}/describe/compactLayouts",
        "approvalLayouts": f"{base}/describe/approvalLayouts",
        "listviews": f"{base}/listviews",
        "quickActions": f"{base}/quickActions",
        **pages,
    }


def _record_types(call: Call, *, one: SObject, base: str) -> Json:
    own = [row for row in call.org.store.all("RecordType") if row.get("SobjectType") == one.name]
    rows = [(row["Id"], row["Name"], row["DeveloperName"], False) for row in own]
    return [
        {
            "active": True,
            "available": True,
            "defaultRecordTypeMapping": is_master and not own or (not is_master and row_id == own[0]["Id"]),
            "developerName": developer_name,
            "master": is_master,
            "name": name,
            "recordTypeId": row_id,
            "urls": {"layout": f"{base}/describe/layouts/{row_id}"},
        }
        for row_id, name, developer_name, is_master in [*rows, (_MASTER, "Master", "Master", True)]
    ]


def _child(child: Child) -> Json:
    return {
        "cascadeDelete": child.cascade,
        "childSObject": child.sobject,
        "deprecatedAndHidden": False,
        "field": child.field,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": child.relationship,
        "restrictedDelete": False,
    }


def _field(one: Field, *, restricted: set[str]) -> Json:
    default = one.default if one.type in ("boolean", "picklist") else None
    return {
        "aggregatable": one.type not in ("boolean", "address") and one.filterable,
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": one.length * _BYTES.get(one.type, 3),
        "calculated": one.calculated,
        "calculatedFormula": None,
        "cascadeDelete": one.cascade,
        "caseSensitive": one.case_sensitive,
        "compoundFieldName": one.compound,
        "controllerName": None,
        "createable": one.createable,
        "custom": one.custom,
        "defaultValue": default,
        "defaultValueFormula": None,
        "defaultedOnCreate": one.defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": 8 if one.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": one.external_id,
        "extraTypeInfo": "personname" if one.name in ("FirstName", "LastName") and one.compound else None,
        "filterable": one.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": one.filterable and one.type not in ("datetime", "address", "double", "currency", "percent"),
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": one.id_lookup,
        "inlineHelpText": None,
        "label": one.label,
        "length": one.length,
        "mask": None,
        "maskType": None,
        "name": one.name,
        "nameField": one.name_field,
        "namePointing": len(one.reference_to) > 1,
        "nillable": one.nillable,
        "permissionable": one.nillable and one.updateable,
        "picklistValues": _choices(one),
        "polymorphicForeignKey": len(one.reference_to) > 1,
        "precision": one.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(one.reference_to),
        "relationshipName": one.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": one.restricted or one.name in restricted,
        "scale": one.scale,
        "searchPrefilterable": False,
        "soapType": _SOAP.get(one.type, "xsd:string"),
        "sortable": one.filterable and one.type != "address",
        "type": one.type,
        "unique": one.unique,
        "updateable": one.updateable,
        "writeRequiresMasterRead": False,
    }


def _choices(one: Field) -> Json:
    return [
        {"active": True, "defaultValue": one.default == value, "label": value, "validFor": None, "value": value}
        for value in one.picklist
    ]
