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
        **_unused(),
        **_flags(one),
        "childRelationships": [_child(child) for child in one.children],
        "fields": [_field(field, restricted=restricted) for field in one.fields.values()],
        "recordTypeInfos": _record_types(call, one=one, base=base),
        "searchLayoutable": one.searchable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {one.plural.lower()}", "name": "everything"}],
        "urls": _urls(one, base=base),
    }
    return _conditional(call, body=body)


def _unused() -> Json:
    """Return the keys that say nothing about an object here, as Salesforce sends them."""
    return {
        "actionOverrides": [],
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
    }


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


_SAME_FOR_ALL_OBJECTS: Json = {
    "activateable": False,
    "associateEntityType": None,
    "associateParentEntity": None,
    "customSetting": False,
    "deepCloneable": False,
    "deprecatedAndHidden": False,
    "feedEnabled": False,
    "hasSubtypes": False,
    "isInterface": False,
    "isSubtype": False,
    "layoutable": True,
    "queryable": True,
    "replicateable": True,
    "retrieveable": True,
    "triggerable": True,
}


def _flags(one: SObject) -> Json:
    return {
        **_SAME_FOR_ALL_OBJECTS,
        "createable": one.createable,
        "custom": one.name.endswith("__c"),
        "deletable": one.deletable,
        "keyPrefix": one.prefix,
        "label": one.label,
        "labelPlural": one.plural,
        "mergeable": one.name in ("Account", "Contact", "Lead"),
        "mruEnabled": one.searchable,
        "name": one.name,
        "searchable": one.searchable,
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
    rows = [(row["Id"], row["Name"], row["DeveloperName"], False, bool(row.get("IsActive"))) for row in own]
    return [
        {
            "active": is_active,
            "available": is_active,
            "defaultRecordTypeMapping": is_master and not own or (not is_master and row_id == own[0]["Id"]),
            "developerName": developer_name,
            "master": is_master,
            "name": name,
            "recordTypeId": row_id,
            "urls": {"layout": f"{base}/describe/layouts/{row_id}"},
        }
        for row_id, name, developer_name, is_master, is_active in [*rows, (_MASTER, "Master", "Master", True, True)]
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


_SAME_FOR_ALL_FIELDS: Json = {
    "aiPredictionField": False,
    "autoNumber": False,
    "calculatedFormula": None,
    "controllerName": None,
    "defaultValueFormula": None,
    "dependentPicklist": False,
    "deprecatedAndHidden": False,
    "displayLocationInDecimal": False,
    "encrypted": False,
    "filteredLookupInfo": None,
    "formulaTreatNullNumberAsZero": False,
    "highScaleNumber": False,
    "htmlFormatted": False,
    "inlineHelpText": None,
    "mask": None,
    "maskType": None,
    "queryByDistance": False,
    "referenceTargetField": None,
    "relationshipOrder": None,
    "restrictedDelete": False,
    "searchPrefilterable": False,
    "writeRequiresMasterRead": False,
}


def _field(one: Field, *, restricted: set[str]) -> Json:
    return {
        **_SAME_FOR_ALL_FIELDS,
        **_values_of(one, restricted=restricted),
        **_rights_of(one),
        **_queries_of(one),
        "label": one.label,
        "name": one.name,
        "nameField": one.name_field,
        "compoundFieldName": one.compound,
        "custom": one.custom,
        "calculated": one.calculated,
        "extraTypeInfo": "personname" if one.name in ("FirstName", "LastName") and one.compound else None,
        "cascadeDelete": one.cascade,
        "namePointing": len(one.reference_to) > 1,
        "polymorphicForeignKey": len(one.reference_to) > 1,
        "referenceTo": list(one.reference_to),
        "relationshipName": one.relationship,
    }


def _values_of(one: Field, *, restricted: set[str]) -> Json:
    return {
        "type": one.type,
        "soapType": _SOAP.get(one.type, "xsd:string"),
        "length": one.length,
        "byteLength": one.length * _BYTES.get(one.type, 3),
        "digits": 8 if one.type == "int" else 0,
        "precision": one.precision,
        "scale": one.scale,
        "defaultValue": one.default if one.type in ("boolean", "picklist") else None,
        "picklistValues": _choices(one),
        "restrictedPicklist": one.restricted or one.name in restricted,
        "caseSensitive": one.case_sensitive,
        "unique": one.unique,
    }


def _rights_of(one: Field) -> Json:
    return {
        "createable": one.createable,
        "defaultedOnCreate": one.defaulted,
        "nillable": one.nillable,
        "permissionable": one.nillable and one.updateable,
        "updateable": one.updateable,
    }


def _queries_of(one: Field) -> Json:
    return {
        "aggregatable": one.type not in ("boolean", "address") and one.filterable,
        "externalId": one.external_id,
        "filterable": one.filterable,
        "groupable": one.filterable and one.type not in ("datetime", "address", "double", "currency", "percent"),
        "idLookup": one.id_lookup,
        "sortable": one.filterable and one.type != "address",
    }


def _choices(one: Field) -> Json:
    return [
        {"active": True, "defaultValue": one.default == value, "label": value, "validFor": None, "value": value}
        for value in one.picklist
    ]
