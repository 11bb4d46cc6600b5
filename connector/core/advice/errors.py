"""What each status code of Salesforce means for people, and what to do: English and French.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

from collections.abc import Mapping

from connector.core.advice.reasons import Texts

_WAIT_EN = "Nothing to do: the connector tries again by itself."
_WAIT_FR = "Rien à faire : le connecteur réessaie de lui-même."
_TELL_EN = "Tell whoever runs the connector; the details stand in its log."
_TELL_FR = "Prévenez la personne qui exploite le connecteur ; le détail est dans son journal."

_GROUPS: tuple[tuple[tuple[str, ...], Texts], ...] = (
    (("INVALID_SESSION_ID", "INVALID_AUTH_HEADER"), {
        "en": ("Salesforce no longer accepts the sign-in of the connector.",
               "Test the connection of the organisation; sign in again if it says so."),
        "fr": ("Salesforce n’accepte plus la session du connecteur.",
               "Testez la connexion de l’organisation ; reconnectez-la si la page le demande."),
    }),
    (("REQUEST_LIMIT_EXCEEDED",), {
        "en": ("The organisation has used up its API calls, or too many run at the same time.",
               "Wait: sending resumes by itself. If it happens often, "
               "ask your Salesforce administrator for more calls."),
        "fr": ("L’organisation a épuisé ses appels d’API, ou trop d’appels sont en cours.",
               "Patientez : l’envoi reprend de lui-même. Si cela se répète, "
               "demandez plus d’appels à votre administrateur Salesforce."),
    }),
    (("SERVER_UNAVAILABLE", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
      "http_500", "http_502", "http_503", "http_504"), {
        "en": ("Salesforce is not available at the moment, or is under maintenance.", _WAIT_EN),
        "fr": ("Salesforce est momentanément indisponible ou en maintenance.", _WAIT_FR),
    }),
    (("UNABLE_TO_LOCK_ROW",), {
        "en": ("Somebody else was changing the same record or campaign at that moment.",
               "Nothing to do: the connector tries again by itself. If it happens often, look for automation that "
               "updates campaigns in Salesforce."),
        "fr": ("Quelqu’un d’autre modifiait la même fiche ou la même campagne à cet instant.",
               "Rien à faire : le connecteur réessaie de lui-même. Si cela se répète, cherchez une automatisation "
               "qui met à jour les campagnes dans Salesforce."),
    }),
    (("QUERY_TIMEOUT", "INVALID_QUERY_LOCATOR", "REQUEST_RUNNING_TOO_LONG", "TOO_MANY_APEX_REQUESTS",
      "TXN_SECURITY_METERING_ERROR", "TXN_SECURITY_RUNTIME_EXCEPTION", "RUNTIME_EXCEPTION", "UNKNOWN_EXCEPTION"), {
        "en": ("Salesforce gave up on this request, mostly because it was busy.",
               "Nothing to do: the connector tries again by itself. If it goes on, look at the automation of the "
               "organisation with your Salesforce administrator."),
        "fr": ("Salesforce a abandonné cette requête, le plus souvent parce qu’il était surchargé.",
               "Rien à faire : le connecteur réessaie de lui-même. Si cela persiste, examinez les automatisations "
               "avec votre administrateur Salesforce."),
    }),
    (("PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"), {
        "en": ("Salesforce did not save this person because another one of the same request failed.", _WAIT_EN),
        "fr": ("Salesforce n’a pas enregistré cette personne car une autre de la même requête a échoué.", _WAIT_FR),
    }),
    (("API_CURRENTLY_DISABLED", "API_DISABLED_FOR_ORG"), {
        "en": ("The API is switched off for this organisation or for the integration user.",
               "Ask your Salesforce administrator to give the integration user the permission “API Enabled”."),
        "fr": ("L’API est désactivée pour cette organisation ou pour l’utilisateur d’intégration.",
               "Demandez à votre administrateur Salesforce d’accorder à cet utilisateur "
               "l’autorisation « API activée »."),
    }),
    (("FUNCTIONALITY_NOT_ENABLED",), {
        "en": ("Salesforce says that a function which is needed is switched off in this organisation.",
               "Show the text below to your Salesforce administrator: campaigns, or the API, may be switched off."),
        "fr": ("Salesforce indique qu’une fonction nécessaire est désactivée dans cette organisation.",
               "Montrez le texte ci-dessous à votre administrateur Salesforce : les campagnes ou l’API "
               "sont peut-être désactivées."),
    }),
    (("GONE", "UNSUPPORTED_API_VERSION"), {
        "en": ("Salesforce no longer offers the API version that is set for this organisation.",
               "Set a current API version on the page of the organisation."),
        "fr": ("Salesforce ne propose plus la version d’API réglée pour cette organisation.",
               "Indiquez une version d’API actuelle sur la page de l’organisation."),
    }),
    (("INVALID_TYPE",), {
        "en": ("The integration user cannot use Contacts, Leads, campaigns or campaign members.",
               "Ask your Salesforce administrator for access to these objects and for the tick “Marketing User”."),
        "fr": ("L’utilisateur d’intégration ne peut pas utiliser les Contacts, Pistes, campagnes "
               "ou membres de campagne.",
               "Demandez à votre administrateur Salesforce l’accès à ces objets et la case « Utilisateur Marketing »."),
    }),
    (("STORAGE_LIMIT_EXCEEDED",), {
        "en": ("The organisation has no storage left.",
               "Ask your Salesforce administrator to free or buy storage. Whoever waits is then sent within ten "
               "minutes, or at once when you press “Check in Salesforce” on the link."),
        "fr": ("L’organisation n’a plus d’espace de stockage.",
               "Demandez à votre administrateur Salesforce d’en libérer ou d’en acheter. Ceux qui attendent partent "
               "alors dans les dix minutes, ou aussitôt après « Vérifier dans Salesforce » sur la liaison."),
    }),
    (("TXN_SECURITY_NO_ACCESS",), {
        "en": ("A transaction security policy of the organisation blocked this.",
               "Ask your Salesforce administrator to except the integration user from the policy, "
               "then send the participant again."),
        "fr": ("Une politique de sécurité des transactions de l’organisation a bloqué cette opération.",
               "Demandez à votre administrateur Salesforce d’en exempter l’utilisateur d’intégration, "
               "puis renvoyez le participant."),
    }),
    (("INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "TRANSFER_REQUIRES_READ"), {
        "en": ("The integration user may not change this record, or one that it refers to.",
               "Ask your Salesforce administrator to give the integration user access to it, "
               "then send the participant again."),
        "fr": ("L’utilisateur d’intégration n’a pas le droit de modifier cette fiche, "
               "ou une fiche à laquelle elle renvoie.",
               "Demandez à votre administrateur Salesforce de lui en donner l’accès, puis renvoyez le participant."),
    }),
    (("ENTITY_IS_LOCKED",), {
        "en": ("The record is locked in Salesforce, mostly by an approval that is under way.",
               "Finish the approval or unlock the record in Salesforce, then send the participant again."),
        "fr": ("La fiche est verrouillée dans Salesforce, le plus souvent par une approbation en cours.",
               "Terminez l’approbation ou déverrouillez la fiche dans Salesforce, puis renvoyez le participant."),
    }),
    (("INVALID_STATUS", "INVALID_OPERATION"), {
        "en": ("Salesforce does not allow this change of the record in the state that it is in.",
               "Show the text below to your Salesforce administrator. When it is mended, send the participant again."),
        "fr": ("Salesforce n’autorise pas cette modification de la fiche dans l’état où elle se trouve.",
               "Montrez le texte ci-dessous à votre administrateur Salesforce. "
               "Une fois le problème corrigé, renvoyez le participant."),
    }),
    (("INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"), {
        "en": ("A mapped field does not exist, or the integration user may not write it.",
               "Ask your Salesforce administrator for access to the field, or remove the mapping from the link."),
        "fr": ("Un champ associé n’existe pas, ou l’utilisateur d’intégration ne peut pas l’écrire.",
               "Demandez l’accès au champ à votre administrateur Salesforce, "
               "ou retirez la correspondance de la liaison."),
    }),
    (("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"), {
        "en": ("A record that was known no longer exists in Salesforce, or is hidden from the integration user.",
               "Send the participant again: the person is then searched anew."),
        "fr": ("Une fiche connue n’existe plus dans Salesforce, ou est cachée à l’utilisateur d’intégration.",
               "Renvoyez le participant : la personne sera cherchée de nouveau."),
    }),
    (("CANNOT_UPDATE_CONVERTED_LEAD",), {
        "en": ("The Lead was converted into a Contact meanwhile.",
               "Send the participant again: the Contact is then used."),
        "fr": ("La Piste a été convertie en Contact entre-temps.",
               "Renvoyez le participant : le Contact sera alors utilisé."),
    }),
    (("DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"), {
        "en": ("A field that must be unique in Salesforce already holds this value on another record.",
               "Look for the other record in Salesforce and merge the two, or remove the mapping of the unique field."),
        "fr": ("Un champ qui doit être unique dans Salesforce porte déjà cette valeur sur une autre fiche.",
               "Cherchez l’autre fiche dans Salesforce et fusionnez les deux, "
               "ou retirez la correspondance du champ unique."),
    }),
    (("INACTIVE_OWNER_OR_USER",), {
        "en": ("The record belongs to a Salesforce user who is no longer active.",
               "Give the record to an active owner in Salesforce, then send the participant again."),
        "fr": ("La fiche appartient à un utilisateur Salesforce qui n’est plus actif.",
               "Donnez-la à un propriétaire actif dans Salesforce, puis renvoyez le participant."),
    }),
    (("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "LIMIT_EXCEEDED"), {
        "en": ("Automation of the organisation (a trigger or a flow) stopped this person from being saved.",
               "Show the text below to your Salesforce administrator. When it is mended, send the participant again."),
        "fr": ("Une automatisation de l’organisation (déclencheur ou flux) a empêché d’enregistrer cette personne.",
               "Montrez le texte ci-dessous à votre administrateur Salesforce. "
               "Une fois le problème corrigé, renvoyez le participant."),
    }),
    (("DUPLICATES_DETECTED",), {
        "en": ("A duplicate rule of Salesforce blocked this person.",
               "Merge or correct the duplicates in Salesforce, or let the rule warn instead of block for the "
               "integration user; where it only warns, let the link save such people all the same. "
               "Then send the participant again."),
        "fr": ("Une règle de doublons de Salesforce a bloqué cette personne.",
               "Fusionnez ou corrigez les doublons dans Salesforce, ou faites que la règle alerte sans bloquer "
               "l’utilisateur d’intégration ; si elle alerte seulement, laissez la liaison enregistrer ces "
               "personnes malgré l’alerte. Puis renvoyez le participant."),
    }),
    (("FIELD_INTEGRITY_EXCEPTION", "FIELD_FILTER_VALIDATION_EXCEPTION"), {
        "en": ("Salesforce does not accept a value beside the others of the record: a state or country that is not in "
               "its list, or a record that a lookup filter leaves out.",
               "Map the value to what Salesforce has in the field named below, or add it there (Setup: State and "
               "Country/Territory Picklists, or the filter of the lookup); then send the participant again."),
        "fr": ("Salesforce n’accepte pas une valeur avec les autres de la fiche : un état ou un pays absent de sa "
               "liste, ou une fiche qu’un filtre de recherche écarte.",
               "Associez la valeur à ce que Salesforce propose dans le champ nommé ci-dessous, ou ajoutez-la "
               "(configuration : listes de sélection d’états et de pays, ou filtre de recherche) ; "
               "puis renvoyez le participant."),
    }),
    (("FIELD_CUSTOM_VALIDATION_EXCEPTION",), {
        "en": ("A validation rule of the organisation refused this person.",
               "The text below was written by your Salesforce administrator: follow it, or ask for an exception "
               "for the integration user; then send the participant again."),
        "fr": ("Une règle de validation de l’organisation a refusé cette personne.",
               "Le texte ci-dessous vient de votre administrateur Salesforce : suivez-le, ou demandez une exception "
               "pour l’utilisateur d’intégration ; puis renvoyez le participant."),
    }),
    (("INVALID_EMAIL_ADDRESS",), {
        "en": ("Salesforce does not accept this email address.",
               "Correct the email in inwink; the participant is then sent by itself."),
        "fr": ("Salesforce n’accepte pas cet e-mail.",
               "Corrigez l’e-mail dans inwink ; le participant sera alors envoyé de lui-même."),
    }),
    (("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",), {
        "en": ("Salesforce’s list has no such choice, and it accepts no others. A choice that exists may still not be "
               "among those of the person’s record type, or of the field that the list depends on.",
               "Add the choice in Salesforce, also to the record type and to the dependency, "
               "or map the value to an existing choice on the link."),
        "fr": ("La liste de Salesforce n’a pas ce choix et n’en accepte pas d’autres. Un choix existant peut aussi "
               "manquer au type d’enregistrement de la personne, ou au champ dont la liste dépend.",
               "Ajoutez le choix dans Salesforce, aussi au type d’enregistrement et à la dépendance, "
               "ou associez la valeur à un choix existant sur la liaison."),
    }),
    (("INVALID_TYPE_ON_FIELD_IN_RECORD", "NUMBER_OUTSIDE_VALID_RANGE"), {
        "en": ("A value is not of the kind that the Salesforce field accepts.",
               "Correct the value in inwink, or map it to another field."),
        "fr": ("Une valeur n’est pas du type accepté par le champ Salesforce.",
               "Corrigez la valeur dans inwink, ou associez-la à un autre champ."),
    }),
    (("REQUIRED_FIELD_MISSING", "MISSING_ARGUMENT"), {
        "en": ("A field that Salesforce requires is empty.",
               "Fill it in inwink, or map a source or a constant to the field named below."),
        "fr": ("Un champ obligatoire de Salesforce est vide.",
               "Remplissez-le dans inwink, ou associez une source ou une constante au champ nommé ci-dessous."),
    }),
    (("STRING_TOO_LONG",), {
        "en": ("A text is longer than the Salesforce field allows.",
               "Shorten it in inwink, or tick “cut texts that are too long” on the mapping."),
        "fr": ("Un texte dépasse la longueur du champ Salesforce.",
               "Raccourcissez-le dans inwink, ou cochez « couper les textes trop longs » sur la correspondance."),
    }),
    (("EXCEEDED_ID_LIMIT", "INVALID_QUERY_FILTER_OPERATOR", "JSON_PARSER_ERROR", "MALFORMED_ID", "MALFORMED_QUERY"), {
        "en": ("Salesforce did not understand what the connector asked. That is a mistake of the connector.", _TELL_EN),
        "fr": ("Salesforce n’a pas compris la demande du connecteur. C’est une erreur du connecteur.", _TELL_FR),
    }),
    (("NOT_FOUND",), {
        "en": ("Salesforce has no such record or address.",
               "Check the campaign of the link and the login URL of the organisation."),
        "fr": ("Salesforce ne connaît pas cette fiche ou cette adresse.",
               "Vérifiez la campagne de la liaison et l’URL de connexion de l’organisation."),
    }),
)  # fmt: skip

SALESFORCE_CODES: Mapping[str, Texts] = {code: texts for codes, texts in _GROUPS for code in codes}
"""{status code: {language: (what happened, next step)}}"""
