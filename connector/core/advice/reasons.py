"""What each reason and note means for people, and what to do: English and French."""

from collections.abc import Mapping

from connector.core.outcomes import Note, Reason

Texts = Mapping[str, tuple[str, str]]
"""{language: (what happened, next step)}"""

REASONS: Mapping[Reason, Texts] = {
    Reason.FILTERED: {
        "en": ("The filter of this link leaves this participant out.",
               "Nothing to do. To send such people, change the filter of the link."),
        "fr": ("Le filtre de cette liaison écarte ce participant.",
               "Rien à faire. Pour envoyer ces personnes, modifiez le filtre de la liaison."),
    },
    Reason.NO_CONSENT: {
        "en": ("This person has not agreed to be sent to Salesforce.",
               "Nothing to do. The person is sent as soon as inwink reports the consent."),
        "fr": ("Cette personne n’a pas accepté d’être transmise à Salesforce.",
               "Rien à faire. La personne sera envoyée dès qu’inwink signalera son accord."),
    },
    Reason.ERASED: {
        "en": ("This person asked to be forgotten. New messages are counted and dropped.",
               "Nothing to do."),
        "fr": ("Cette personne a demandé l’effacement de ses données. Les nouveaux messages sont comptés puis écartés.",
               "Rien à faire."),
    },
    Reason.LOOKS_ANONYMISED: {
        "en": ("The last message empties this person or replaces the name by a placeholder. It was not applied.",
               "If inwink anonymised the person, keep the former values. If the change is real, take the new ones."),
        "fr": ("Le dernier message vide cette personne ou remplace son nom par un texte de substitution. "
               "Il n’a pas été appliqué.",
               "Si inwink a anonymisé la personne, gardez les valeurs d’avant. Si le changement est réel, prenez les "
               "nouvelles."),
    },
    Reason.NO_EMAIL: {
        "en": ("inwink has no valid email for this participant, so nobody can be found in Salesforce.",
               "Correct the email in inwink; or find the person in Salesforce by name, create the person without "
               "an email, or leave the participant out."),
        "fr": ("inwink n’a pas d’e-mail valide pour ce participant : "
               "impossible de le retrouver dans Salesforce.",
               "Corrigez l’e-mail dans inwink ; ou cherchez la personne par son nom dans Salesforce, "
               "créez-la sans adresse, ou écartez le participant."),
    },
    Reason.STATE_UNKNOWN: {
        "en": ("No message has said yet whether this person is registered or came.",
               "Check that the sender transmits the registration. "
               "If it only reports registrations, set “state when none is sent” on the webhook source."),
        "fr": ("Aucun message n’a encore indiqué si cette personne est inscrite ou est venue.",
               "Vérifiez que l’émetteur transmet l’inscription. S’il ne signale que des inscriptions, "
               "renseignez « état si aucun n’est envoyé » sur la source du webhook."),
    },
    Reason.TEST_SCAN: {
        "en": ("This check-in is earlier than the start of the event: it is probably a badge test.",
               "If the person was really there, count it as attended. If it was a test, say so: only the registration "
               "is sent."),
        "fr": ("Ce pointage est antérieur au début de l’événement : c’est sans doute un test de badge.",
               "Si la personne était bien présente, comptez-la comme venue. Si c’était un test, dites-le : seule "
               "l’inscription est envoyée."),
    },
    Reason.SHARES_EMAIL: {
        "en": ("Another participant of this event has the same email, or another address of the same record, "
               "under a different name.",
               "Say whether both are the same person; if not, pick or create this person, or leave it out."),
        "fr": ("Un autre participant de cet événement a le même e-mail, ou un autre e-mail de la même fiche, "
               "sous un autre nom.",
               "Indiquez s’il s’agit de la même personne ; sinon choisissez ou créez cette personne, "
               "ou écartez le participant."),
    },
    Reason.AMBIGUOUS: {
        "en": ("Several records in Salesforce have this email.",
               "Pick the right one; the choice is remembered. Better still, merge the duplicates in Salesforce "
               "and send the participant again."),
        "fr": ("Plusieurs fiches Salesforce portent cet e-mail.",
               "Choisissez la bonne ; le choix est mémorisé. Mieux encore : fusionnez les doublons dans Salesforce, "
               "puis renvoyez le participant."),
    },
    Reason.CONVERTED_WITHOUT_CONTACT: {
        "en": ("The Lead with this email was converted, and its Contact no longer exists.",
               "Pick the record that should stand for this person, or create a new one."),
        "fr": ("La Piste qui porte cet e-mail a été convertie et son Contact n’existe plus.",
               "Choisissez la fiche qui doit représenter cette personne, ou créez-en une nouvelle."),
    },
    Reason.PERSON_DELETED: {
        "en": ("The person was deleted in Salesforce. The connector does not create a deleted person again.",
               "If the deletion was a mistake, restore the record in Salesforce or release the participant."),
        "fr": ("La personne a été supprimée dans Salesforce. Le connecteur ne recrée pas une personne supprimée.",
               "Si la suppression est une erreur, restaurez la fiche dans Salesforce ou libérez le participant."),
    },
    Reason.EXISTS_AS_LEAD: {
        "en": ("The email exists as a Lead only, and this link searches Contacts only. Nobody was created.",
               "To add this person, let the link search Leads too (setting “match”)."),
        "fr": ("L’e-mail n’existe que sur une Piste (Lead) et cette liaison ne cherche que des Contacts. "
               "Personne n’a été créé.",
               "Pour ajouter cette personne, faites chercher aussi les Pistes (réglage « rapprochement »)."),
    },
    Reason.EXISTS_AS_CONTACT: {
        "en": ("The email exists as a Contact only, and this link searches Leads only. Nobody was created.",
               "To add this person, let the link search Contacts too (setting “match”)."),
        "fr": ("L’e-mail n’existe que sur un Contact et cette liaison ne cherche que des Pistes (Leads). "
               "Personne n’a été créé.",
               "Pour ajouter cette personne, faites chercher aussi les Contacts (réglage « rapprochement »)."),
    },
    Reason.NO_MATCH: {
        "en": ("Nobody in Salesforce has this email, and this link creates nobody.",
               "To create such people, change the setting “unknown people” of the link."),
        "fr": ("Personne dans Salesforce n’a cet e-mail et cette liaison ne crée personne.",
               "Pour créer ces personnes, modifiez le réglage « personnes inconnues » de la liaison."),
    },
    Reason.NOT_CREATED_IN_STATE: {
        "en": ("Nobody in Salesforce has this email, and new people are not created in this state.",
               "Nothing to do: the person is created when the state changes. "
               "To create it now, add the state to “create new people for”."),
        "fr": ("Personne dans Salesforce n’a cet e-mail et on ne crée personne dans cet état.",
               "Rien à faire : la personne sera créée quand son état changera. "
               "Pour la créer dès maintenant, ajoutez l’état à « créer les personnes pour »."),
    },
    Reason.VISIBILITY_NOT_CONFIRMED: {
        "en": ("Nobody visible in Salesforce has this email. It is not certain that the integration user sees all "
               "Contacts and Leads, so nobody is created.",
               "Ask your Salesforce administrator, then confirm it on the page of the organisation. "
               "Waiting people are then sent."),
        "fr": ("Personne de visible dans Salesforce n’a cet e-mail. Il n’est pas certain que l’utilisateur "
               "d’intégration voie tous les Contacts et toutes les Pistes : personne n’est donc créé.",
               "Demandez à votre administrateur Salesforce, puis confirmez-le sur la page de l’organisation. "
               "Les personnes en attente seront alors envoyées."),
    },
    Reason.STATUS_NOT_SENT: {
        "en": ("This link sends no status for the state that the person is in.",
               "Nothing to do. To send it, choose a campaign status for this state on the link."),
        "fr": ("Cette liaison n’envoie aucun statut pour l’état où se trouve la personne.",
               "Rien à faire. Pour l’envoyer, choisissez sur la liaison un statut de campagne pour cet état."),
    },
    Reason.REMOVED_BY_HAND: {
        "en": ("A colleague removed this person from the campaign in Salesforce. That is respected.",
               "To add the person again, press “Send again”."),
        "fr": ("Un collègue a retiré cette personne de la campagne dans Salesforce. Ce choix est respecté.",
               "Pour l’ajouter de nouveau, cliquez sur « Renvoyer »."),
    },
    Reason.LEFT_OUT_BY_HAND: {
        "en": ("A colleague decided here to leave this participant out.",
               "To undo this, take the answer back."),
        "fr": ("Un collègue a décidé ici d’écarter ce participant.",
               "Pour annuler, reprenez la réponse."),
    },
    Reason.REFUSED_BY_SALESFORCE: {
        "en": ("Salesforce refused to save this person.",
               "Read Salesforce’s answer below, mend the cause, then send the participant again."),
        "fr": ("Salesforce a refusé d’enregistrer cette personne.",
               "Lisez la réponse de Salesforce ci-dessous, corrigez la cause, puis renvoyez le participant."),
    },
    Reason.INVALID_VALUE: {
        "en": ("A value from inwink does not fit the Salesforce field that it is mapped to.",
               "Correct the value in inwink, or change the mapping of the field named below."),
        "fr": ("Une valeur d’inwink ne convient pas au champ Salesforce auquel elle est associée.",
               "Corrigez la valeur dans inwink, ou modifiez la correspondance du champ nommé ci-dessous."),
    },
    Reason.EXHAUSTED: {
        "en": ("The connector tried many times, and Salesforce never accepted this person.",
               "Read the last answer below. When its cause is mended, send the participant again."),
        "fr": ("Le connecteur a essayé de nombreuses fois et Salesforce n’a jamais accepté cette personne.",
               "Lisez la dernière réponse ci-dessous. Une fois la cause corrigée, renvoyez le participant."),
    },
    Reason.INTERNAL: {
        "en": ("The connector itself made a mistake with this participant. The others were sent.",
               "Tell whoever runs the connector: the details stand in its log. Then send the participant again."),
        "fr": ("Le connecteur lui-même a commis une erreur avec ce participant. Les autres ont été envoyés.",
               "Prévenez la personne qui exploite le connecteur : le détail est dans son journal. "
               "Renvoyez ensuite le participant."),
    },
}  # fmt: skip

NOTES: Mapping[Note, Texts] = {
    Note.KEPT_MANUAL: {
        "en": ("A colleague had set another status in Salesforce; it was kept.",
               "Nothing to do. To set inwink’s status, use “Correct the status”."),
        "fr": ("Un collègue avait choisi un autre statut dans Salesforce ; il a été conservé.",
               "Rien à faire. Pour imposer le statut d’inwink, utilisez « Corriger le statut »."),
    },
    Note.STATUS_NOT_LOWERED: {
        "en": ("The present status ranks higher than the one inwink asks for; it was kept.",
               "Nothing to do. To set inwink’s status, use “Correct the status”."),
        "fr": ("Le statut actuel l’emporte sur celui que demande inwink ; il a été conservé.",
               "Rien à faire. Pour imposer le statut d’inwink, utilisez « Corriger le statut »."),
    },
    Note.LEFT_BEHIND: {
        "en": ("The email changed and belongs to another record now. The old record stays in the campaign.",
               "If the old membership is wrong, remove it in Salesforce."),
        "fr": ("L’e-mail a changé et appartient maintenant à une autre fiche. L’ancienne reste dans la campagne.",
               "Si l’ancienne inscription est erronée, retirez-la dans Salesforce."),
    },
    Note.SAME_PERSON: {
        "en": ("This participant is the same person as another one of this event: one member of the campaign.",
               "Nothing to do."),
        "fr": ("Ce participant est la même personne qu’un autre de cet événement : un seul membre de campagne.",
               "Rien à faire."),
    },
    Note.MARKED_NO_SHOW: {
        "en": ("After the event somebody marked this participant as one who never came.",
               "Nothing to do. A check-in that comes later still counts; “Correct the status” takes the mark back."),
        "fr": ("Après l’événement, quelqu’un a marqué ce participant comme jamais venu.",
               "Rien à faire. Un pointage reçu plus tard compte encore ; « Corriger le statut » retire cette marque."),
    },
    Note.DUPLICATE_ALERT: {
        "en": ("A duplicate rule of Salesforce warned, and the record was saved all the same.",
               "Look at the record in Salesforce and merge it if it is a duplicate."),
        "fr": ("Une règle de doublons de Salesforce a alerté et la fiche a été enregistrée quand même.",
               "Regardez la fiche dans Salesforce et fusionnez-la si c’est un doublon."),
    },
    Note.FIELD_DROPPED: {
        "en": ("A mapped field is gone or not writable for the integration user; it was left out.",
               "Give the integration user access to the field, or remove the mapping. "
               "The people concerned are then sent again."),
        "fr": ("Un champ associé a disparu ou n’est pas modifiable par l’utilisateur d’intégration ; il a été omis.",
               "Donnez-lui accès au champ, ou supprimez la correspondance. "
               "Les personnes concernées seront alors renvoyées."),
    },
    Note.PERSON_ACCOUNT: {
        "en": ("This person is a Person Account: the person’s own fields differ from inwink and were not written.",
               "If they shall be written, give the integration user the right to edit Accounts, "
               "then send the participant again."),
        "fr": ("Cette personne est un compte personnel : ses propres champs diffèrent d’inwink "
               "et n’ont pas été écrits.",
               "S’ils doivent l’être, donnez à l’utilisateur d’intégration le droit de modifier les Comptes, "
               "puis renvoyez le participant."),
    },
    Note.ACCOUNT_NOT_FOUND: {
        "en": ("The new Contact has no account: none was found for this company or email. "
               "A Contact without account is seen by its owner and administrators only.",
               "Give the Contact an account in Salesforce, or choose one account for all new Contacts of the link."),
        "fr": ("Le nouveau Contact n’a pas de compte : aucun ne correspond à cette société ou à cet e-mail. "
               "Un Contact sans compte n’est visible que de son propriétaire et des administrateurs.",
               "Rattachez le Contact à un compte dans Salesforce, ou choisissez un compte pour tous les nouveaux "
               "Contacts de la liaison."),
    },
    Note.ACCOUNT_AMBIGUOUS: {
        "en": ("The new Contact has no account: several accounts have this company name or website, "
               "and the connector does not guess.",
               "Give the Contact an account in Salesforce; merge the accounts if they are one."),
        "fr": ("Le nouveau Contact n’a pas de compte : plusieurs comptes ont ce nom ou ce site web, "
               "et le connecteur ne devine pas.",
               "Rattachez le Contact à un compte dans Salesforce ; fusionnez les comptes s’il s’agit du même."),
    },
    Note.ACCOUNT_CONSUMER_DOMAIN: {
        "en": ("The new Contact has no account: the email is of a provider that anybody can use, "
               "so it names no company.",
               "Give the Contact an account in Salesforce if you know it."),
        "fr": ("Le nouveau Contact n’a pas de compte : l’e-mail est celui d’un fournisseur grand public, "
               "il n’indique aucune société.",
               "Rattachez le Contact à un compte dans Salesforce si vous le connaissez."),
    },
    Note.ACCOUNT_NOT_READABLE: {
        "en": ("The new Contact has no account: the integration user may not search accounts, "
               "or not by name or website.",
               "Give the user the right to read Accounts, their names and websites; run the check of the link."),
        "fr": ("Le nouveau Contact n’a pas de compte : l’utilisateur d’intégration ne peut pas chercher de comptes, "
               "ou pas par nom ou site web.",
               "Donnez-lui le droit de lire les Comptes et leurs champs Nom et Site web ; "
               "lancez la vérification de la liaison."),
    },
    Note.CHOICE_SKIPPED: {
        "en": ("Salesforce’s list has no such choice; the field was left as it is.",
               "Add the choice in Salesforce, or map it to an existing one."),
        "fr": ("La liste de Salesforce n’a pas ce choix ; le champ est resté tel quel.",
               "Ajoutez le choix dans Salesforce, ou associez-le à un choix existant."),
    },
    Note.OPT_OUT_KEPT: {
        "en": ("The person opted out in Salesforce; the connector never takes that back.",
               "Nothing to do."),
        "fr": ("La personne s’est désabonnée dans Salesforce ; le connecteur n’annule jamais ce choix.",
               "Rien à faire."),
    },
    Note.NOT_PUT_BACK: {
        "en": ("This value was to be put back and stays as it is in Salesforce.",
               "Look at the record. Where the earlier value is right, enter it there by hand."),
        "fr": ("Cette valeur devait être rétablie et reste telle qu’elle est dans Salesforce.",
               "Regardez la fiche. Si la valeur d’avant est la bonne, saisissez-la à la main."),
    },
    Note.KEY_NOT_WRITTEN: {
        "en": ("The key field was left as it is: the record carries another key, another record carries this one, or "
               "the field cannot be written.",
               "Look whether the two records are one person and merge them in Salesforce. "
               "A ticket that was handed over leaves its key on the first person: then nothing is to be done."),
        "fr": ("Le champ clé est resté tel quel : la fiche porte une autre clé, une autre fiche porte celle-ci, ou "
               "le champ n’est pas modifiable.",
               "Voyez si les deux fiches sont une seule personne et fusionnez-les dans Salesforce. "
               "Un billet transmis laisse sa clé sur la première personne : il n’y a alors rien à faire."),
    },
}  # fmt: skip
