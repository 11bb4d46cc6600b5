"""What the connector's own codes mean for people, and what to do: English and French."""

from collections.abc import Mapping

from connector.core.advice.reasons import Texts

_WAIT_EN = "Nothing to do: the connector tries again by itself."
_WAIT_FR = "Rien à faire : le connecteur réessaie de lui-même."

_GROUPS: tuple[tuple[tuple[str, ...], Texts], ...] = (
    (("timeout", "connect_timeout", "no_connection", "connection_lost", "unreadable_answer"), {
        "en": ("Salesforce did not answer usefully.",
               _WAIT_EN + " If it lasts, check the login URL and the network of the server."),
        "fr": ("Salesforce n’a pas répondu de façon exploitable.",
               _WAIT_FR + " Si cela dure, vérifiez l’URL de connexion et le réseau du serveur."),
    }),
    (("request_given_up",), {
        "en": ("Salesforce answers, but has given up on the same request five times in a row.",
               "Show this text to your Salesforce administrator: after QUERY_TIMEOUT the fields by which people are "
               "found (email, further email fields, key) need an index; after other codes the organisation's "
               "automation on campaigns is too slow. Nobody is lost: the connector tries again every ten minutes."),
        "fr": ("Salesforce répond, mais a abandonné cinq fois de suite la même requête.",
               "Montrez ce texte à votre administrateur Salesforce : après QUERY_TIMEOUT, les champs par lesquels les "
               "personnes sont retrouvées (email, autres champs email, clé) ont besoin d’un index ; après un autre "
               "code, les automatisations de l’organisation sur les campagnes sont trop lentes. Personne n’est perdu : "
               "le connecteur réessaie toutes les dix minutes."),
    }),
    (("worker_lost",), {
        "en": ("Every worker that had this participant in hand stopped without a word, ten times in a row.",
               "Tell your operator: the workers’ log says why they died. Then send the participant again."),
        "fr": ("Chaque processus qui traitait ce participant s’est arrêté sans un mot, dix fois de suite.",
               "Prévenez votre exploitant : le journal des processus en dit la cause. Puis renvoyez le participant."),
    }),
    (("put_back_busy",), {
        "en": ("A worker had this campaign in hand all the time, so nothing more was put back.",
               "Wait for a minute, or pause the link, then put back again: what is back already stays."),
        "fr": ("Un processus traitait cette campagne sans interruption : rien de plus n’a été rétabli.",
               "Attendez une minute, ou mettez la liaison en pause, puis recommencez : ce qui est rétabli le reste."),
    }),
    (("unreadable_file",), {
        "en": ("The file cannot be read.", "Mend it as the line below says, or export it from inwink again."),
        "fr": ("Le fichier n’est pas lisible.",
               "Corrigez-le comme l’indique la ligne ci-dessous, ou exportez-le de nouveau depuis inwink."),
    }),
    (("file_gone",), {
        "en": ("The uploaded file is not kept any more.", "Upload it again."),
        "fr": ("Le fichier téléversé n’est plus conservé.", "Téléversez-le de nouveau."),
    }),
    (("errand_interrupted",), {
        "en": ("The workers that did this stopped without a word, several times.",
               "Tell your operator: the workers’ log says why. Then do it again; what is done stays done."),
        "fr": ("Les processus qui s’en chargeaient se sont arrêtés sans un mot, plusieurs fois.",
               "Prévenez l’exploitant : le journal en donne la cause. Puis recommencez : ce qui est fait le reste."),
    }),
    (("tls_failed", "forbidden_host", "redirected"), {
        "en": ("The address of Salesforce is not one that the connector may trust.",
               "Check the login URL: it must be the https address of your My Domain."),
        "fr": ("L’adresse de Salesforce n’est pas de celles auxquelles le connecteur peut se fier.",
               "Vérifiez l’URL de connexion : ce doit être l’adresse https de votre My Domain."),
    }),
    (("other_user",), {
        "en": ("The sign-in now leads to another user than a moment ago, who may see other people. "
               "The batch begins again as that user.", _WAIT_EN),
        "fr": ("La connexion mène désormais à un autre utilisateur qu’à l’instant, qui voit peut-être d’autres "
               "personnes. Le lot recommence avec cet utilisateur.", _WAIT_FR),
    }),
    (("wrong_encryption_key",), {
        "en": ("A stored secret cannot be decrypted with the keys of this server.",
               "Ask whoever runs the connector to add the old key to FIELD_ENCRYPTION_KEYS, "
               "or enter the secret again."),
        "fr": ("Un secret enregistré ne peut pas être déchiffré avec les clés de ce serveur.",
               "Demandez à la personne qui exploite le connecteur d’ajouter l’ancienne clé à FIELD_ENCRYPTION_KEYS, "
               "ou saisissez de nouveau le secret."),
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
    (("object_access_gone",), {
        "en": ("The integration user may no longer create or edit the records named here.",
               "Ask your Salesforce administrator to give the right back in the user's permission set. "
               "Waiting people are then sent."),
        "fr": ("L’utilisateur d’intégration ne peut plus créer ou modifier les fiches nommées ici.",
               "Demandez à votre administrateur Salesforce de lui rendre ce droit dans son ensemble d’autorisations. "
               "Les personnes en attente seront alors envoyées."),
    }),
    (("field_gone",), {
        "en": ("A mapped field vanished while this participant was being sent.",
               "Send the participant again: the field is then left out until it returns."),
        "fr": ("Un champ associé a disparu pendant l’envoi de ce participant.",
               "Renvoyez le participant : le champ est alors omis jusqu’à son retour."),
    }),
    (("gave_way", "claim_lost"), {
        "en": ("This batch was given back before its end: a check-in went first, or the worker was stopped.", _WAIT_EN),
        "fr": ("Ce lot a été rendu avant la fin : un pointage est passé devant, ou le processus a été arrêté.",
               _WAIT_FR),
    }),
    (("daily_limit",), {
        "en": ("The organisation has used up its API calls of 24 hours.",
               "Nothing to do: it is asked every ten minutes whether calls are left, and sending resumes by itself. "
               "If it happens often, ask your Salesforce administrator which applications use the calls."),
        "fr": ("L’organisation a épuisé ses appels d’API des dernières 24 heures.",
               "Rien à faire : toutes les dix minutes, on lui demande s’il en reste, et l’envoi reprend de lui-même. "
               "Si cela se répète, demandez à votre administrateur Salesforce quelles applications les consomment."),
    }),
    (("concurrent_limit",), {
        "en": ("Too many long requests were running in the organisation at the same time.",
               "Nothing to do: sending resumes by itself after half a minute."),
        "fr": ("Trop de longues requêtes s’exécutaient en même temps dans l’organisation.",
               "Rien à faire : l’envoi reprend de lui-même après une demi-minute."),
    }),
    (("org_budget_used",), {
        "en": ("Backfill waits: the organisation has used its budget of API calls. Live changes are still sent.",
               "Nothing to do: it goes on as calls of the last 24 hours expire. To go on now, raise the API budget."),
        "fr": ("La reprise attend : l’organisation a consommé son budget d’appels d’API. "
               "Les changements en direct partent toujours.",
               "Rien à faire : elle continue à mesure que les appels des dernières 24 heures expirent. "
               "Pour continuer tout de suite, relevez le budget d’appels."),
    }),
    (("own_budget_used",), {
        "en": ("Backfill waits: the connector has made as many API calls in 24 hours as it may. "
               "Live changes are still sent.",
               "Nothing to do: it goes on as calls of the last 24 hours expire. "
               "To go on now, raise “our own API calls”."),
        "fr": ("La reprise attend : le connecteur a fait autant d’appels d’API en 24 heures qu’il en a le droit. "
               "Les changements en direct partent toujours.",
               "Rien à faire : elle continue à mesure que les appels des dernières 24 heures expirent. "
               "Pour continuer tout de suite, relevez « nos propres appels d’API »."),
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
               "Raccourcissez-le dans inwink, ou cochez « couper les textes trop longs » sur la correspondance."),
    }),
    (("invalid_email",), {
        "en": ("A value that is mapped to an email field is not an email address.",
               "Correct it in inwink; the participant is then sent by itself."),
        "fr": ("Une valeur associée à un champ e-mail n’est pas une adresse.",
               "Corrigez-la dans inwink ; le participant sera alors envoyé de lui-même."),
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
        "en": ("A new person would lack a field that Salesforce requires; nothing was sent.",
               "Fill it in inwink, give the link a text for unknown companies and last names, "
               "or map a source with a default to the field named below."),
        "fr": ("Il manquerait à une nouvelle personne un champ obligatoire de Salesforce ; rien n’a été envoyé.",
               "Remplissez-le dans inwink, donnez à la liaison un texte pour les sociétés et noms inconnus, "
               "ou associez une source avec une valeur par défaut au champ nommé ci-dessous."),
    }),
    (("record_type_unknown",), {
        "en": ("The integration user may not give new people the record type of this link, or it no longer exists.",
               "Give the user that record type in Salesforce, or choose another one on the link; "
               "then send the participant again."),
        "fr": ("L’utilisateur d’intégration ne peut pas donner aux nouvelles personnes le type d’enregistrement "
               "de cette liaison, ou celui-ci n’existe plus.",
               "Attribuez-lui ce type d’enregistrement dans Salesforce, ou choisissez-en un autre sur la liaison ; "
               "puis renvoyez le participant."),
    }),
)  # fmt: skip

OWN_CODES: Mapping[str, Texts] = {code: texts for codes, texts in _GROUPS for code in codes}
"""{code: {language: (what happened, next step)}}"""
