"""What the connector's own codes and the sign-in's codes mean for people, and what to do: English and French."""

from collections.abc import Mapping

from connector.core.advice_reasons import Texts

_WAIT_EN = "Nothing to do: the connector tries again by itself."
_WAIT_FR = "Rien à faire : le connecteur réessaie de lui-même."

_GROUPS: tuple[tuple[tuple[str, ...], Texts], ...] = (
    (("timeout", "connect_timeout", "no_connection", "connection_lost", "unreadable_answer"), {
        "en": ("Salesforce did not answer usefully.",
               _WAIT_EN + " If it lasts, check the login URL and the network of the server."),
        "fr": ("Salesforce n’a pas répondu de façon exploitable.",
               _WAIT_FR + " Si cela dure, vérifiez l’URL de connexion et le réseau du serveur."),
    }),
    (("worker_lost",), {
        "en": ("Every worker that had this participant in hand stopped without a word, ten times in a row.",
               "Tell your operator: the workers’ log says why they died. Then send the participant again."),
        "fr": ("Chaque processus qui traitait ce participant s’est arrêté sans un mot, dix fois de suite.",
               "Prévenez votre exploitant : le journal des processus en dit la cause. Puis renvoyez le participant."),
    }),
    (("tls_failed", "forbidden_host", "redirected"), {
        "en": ("The address of Salesforce is not one that the connector may trust.",
               "Check the login URL: it must be the https address of your My Domain."),
        "fr": ("L’adresse de Salesforce n’est pas de celles auxquelles le connecteur peut se fier.",
               "Vérifiez l’URL de connexion : ce doit être l’adresse https de votre My Domain."),
    }),
    (("my_domain_required",), {
        "en": ("This kind of sign-in works on the organisation’s own address only.",
               "Enter the My Domain address as login URL, e.g. https://acme.my.salesforce.com."),
        "fr": ("Ce mode de connexion ne fonctionne que sur l’adresse propre de l’organisation.",
               "Indiquez l’adresse My Domain comme URL de connexion, p. ex. https://acme.my.salesforce.com."),
    }),
    (("flow_not_built",), {
        "en": ("This kind of sign-in is not available yet.",
               "Choose client credentials, or username and password."),
        "fr": ("Ce mode de connexion n’est pas encore disponible.",
               "Choisissez les identifiants client, ou nom d’utilisateur et mot de passe."),
    }),
    (("invalid_client_id", "invalid_client"), {
        "en": ("Salesforce does not know this consumer key and secret.",
               "Copy both again from the connected app; a new app takes some minutes to be known."),
        "fr": ("Salesforce ne reconnaît pas cette clé et ce secret client.",
               "Copiez-les de nouveau depuis l’application connectée ; "
               "une application neuve met quelques minutes à être connue."),
    }),
    (("invalid_grant", "inactive_user", "inactive_org"), {
        "en": ("Salesforce does not let the integration user sign in.",
               "Check username, password and security token, and that the user and the organisation are active."),
        "fr": ("Salesforce refuse la connexion de l’utilisateur d’intégration.",
               "Vérifiez le nom d’utilisateur, le mot de passe et le jeton de sécurité, "
               "et que l’utilisateur et l’organisation sont actifs."),
    }),
    (("invalid_app_access", "unsupported_grant_type", "unauthorized_client"), {
        "en": ("The connected app does not allow this user or this kind of sign-in.",
               "Ask your Salesforce administrator to switch the flow on in the app and to assign the user to it."),
        "fr": ("L’application connectée n’autorise pas cet utilisateur ou ce mode de connexion.",
               "Demandez à votre administrateur Salesforce d’activer ce mode dans l’application "
               "et d’y affecter l’utilisateur."),
    }),
    (("rate_limit_exceeded",), {
        "en": ("There were too many sign-ins in a short time.", _WAIT_EN),
        "fr": ("Il y a eu trop de connexions en peu de temps.", _WAIT_FR),
    }),
    (("other_organization",), {
        "en": ("The sign-in leads to another Salesforce organisation than before. Nothing is sent there.",
               "Correct the credentials, or add the other organisation as a new one."),
        "fr": ("La connexion mène à une autre organisation Salesforce qu’auparavant. Rien n’y est envoyé.",
               "Corrigez les identifiants, ou ajoutez l’autre organisation comme une nouvelle."),
    }),
    (("wrong_encryption_key",), {
        "en": ("A stored secret cannot be decrypted with the keys of this server.",
               "Ask whoever runs the connector to add the old key to FIELD_ENCRYPTION_KEYS, "
               "or enter the secret again."),
        "fr": ("Un secret enregistré ne peut pas être déchiffré avec les clés de ce serveur.",
               "Demandez à la personne qui exploite le connecteur d’ajouter l’ancienne clé à FIELD_ENCRYPTION_KEYS, "
               "ou saisissez de nouveau le secret."),
    }),
    (("token_refused",), {
        "en": ("Salesforce does not accept the token that it has just given.",
               "Check the session policies of the connected app and the permissions of the integration user."),
        "fr": ("Salesforce refuse le jeton qu’il vient de donner.",
               "Vérifiez les règles de session de l’application connectée et les autorisations "
               "de l’utilisateur d’intégration."),
    }),
    (("label_gone",), {
        "en": ("The campaign no longer has a status that this link writes.",
               "Choose another status on the link, or add the status to the campaign in Salesforce."),
        "fr": ("La campagne n’a plus un statut que cette liaison écrit.",
               "Choisissez un autre statut sur la liaison, ou ajoutez le statut à la campagne dans Salesforce."),
    }),
    (("core_field_gone",), {
        "en": ("The integration user no longer sees or may no longer write a field without which nothing can be sent.",
               "Ask your Salesforce administrator to give the user access to the field named here. "
               "Waiting people are then sent."),
        "fr": ("L’utilisateur d’intégration ne voit plus, ou ne peut plus écrire, un champ sans lequel "
               "rien ne peut être envoyé.",
               "Demandez à votre administrateur Salesforce de lui redonner accès au champ nommé ici. "
               "Les personnes en attente seront alors envoyées."),
    }),
    (("field_gone",), {
        "en": ("A mapped field vanished while this participant was being sent.",
               "Send the participant again: the field is then left out until it returns."),
        "fr": ("Un champ associé a disparu pendant l’envoi de ce participant.",
               "Renvoyez le participant : le champ est alors omis jusqu’à son retour."),
    }),
    (("gave_way", "claim_lost"), {
        "en": ("This batch was given back before its end: a check-in went first, or the worker was stopped.", _WAIT_EN),
        "fr": ("Ce lot a été rendu avant la fin : un pointage est passé devant, ou le processus a été arrêté.",
               _WAIT_FR),
    }),
    (("campaign_gone",), {
        "en": ("The campaign no longer exists, or is hidden from the integration user.",
               "Restore or share the campaign in Salesforce, or link the event to another one."),
        "fr": ("La campagne n’existe plus, ou est cachée à l’utilisateur d’intégration.",
               "Restaurez ou partagez la campagne dans Salesforce, ou liez l’événement à une autre."),
    }),
    (("value_too_long",), {
        "en": ("A text from inwink is longer than the Salesforce field allows.",
               "Shorten it in inwink, or tick “cut texts that are too long” on the mapping."),
        "fr": ("Un texte d’inwink dépasse la longueur du champ Salesforce.",
               "Raccourcissez-le dans inwink, ou cochez « couper les textes trop longs » sur la correspondance."),
    }),
    (("invalid_email",), {
        "en": ("A value that is mapped to an email field is not an email address.",
               "Correct it in inwink; the participant is then sent by itself."),
        "fr": ("Une valeur associée à un champ e-mail n’est pas une adresse.",
               "Corrigez-la dans inwink ; le participant sera alors envoyé de lui-même."),
    }),
    (("unknown_choice",), {
        "en": ("Salesforce’s list has no such choice.",
               "Map the value to an existing choice, or say on the mapping what to do with unknown ones."),
        "fr": ("La liste de Salesforce n’a pas ce choix.",
               "Associez la valeur à un choix existant, ou précisez sur la correspondance "
               "que faire des choix inconnus."),
    }),
    (("not_a_checkbox", "not_a_number", "number_out_of_range", "not_a_date"), {
        "en": ("A value from inwink is not of the kind that the Salesforce field accepts.",
               "Correct it in inwink, or map it to a text field."),
        "fr": ("Une valeur d’inwink n’est pas du type accepté par le champ Salesforce.",
               "Corrigez-la dans inwink, ou associez-la à un champ texte."),
    }),
    (("required_field_missing",), {
        "en": ("A field that Salesforce requires would be empty.",
               "Fill it in inwink, or map a source or a constant to the field named below."),
        "fr": ("Un champ obligatoire de Salesforce serait vide.",
               "Remplissez-le dans inwink, ou associez une source ou une constante au champ nommé ci-dessous."),
    }),
)  # fmt: skip

OWN_CODES: Mapping[str, Texts] = {code: texts for codes, texts in _GROUPS for code in codes}
"""{code: {language: (what happened, next step)}}"""
