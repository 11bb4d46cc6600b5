"""What it means for people that a sign-in was refused, and what to do: English and French.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
"""

from collections.abc import Mapping

from connector.core.advice.reasons import Texts

_WAIT_EN = "Nothing to do: the connector tries again by itself."
_WAIT_FR = "Rien à faire : le connecteur réessaie de lui-même."
_AGAIN_EN = "Press “Log in with Salesforce” on the page of the organisation."
_AGAIN_FR = "Cliquez sur « Se connecter avec Salesforce » sur la page de l’organisation."

_GROUPS: tuple[tuple[tuple[str, ...], Texts], ...] = (
    (("ip_restricted",), {
        "en": ("Salesforce lets the integration user in only from certain IP addresses, or at certain hours.",
               "Add the address of this server to the login IP ranges of the user's profile, or relax the IP "
               "restrictions in the policies of the app; look at the login hours of the profile too."),
        "fr": ("Salesforce n’admet cet utilisateur que depuis certaines adresses IP, ou à certaines heures.",
               "Ajoutez l’adresse de ce serveur aux plages IP de connexion de son profil, ou assouplissez les "
               "restrictions IP dans les politiques de l’application ; voyez aussi les heures de connexion du profil."),
    }),
    (("my_domain_required",), {
        "en": ("This kind of sign-in works on the organisation’s own address only.",
               "Enter the My Domain address as login URL, e.g. https://acme.my.salesforce.com."),
        "fr": ("Ce mode de connexion ne fonctionne que sur l’adresse propre de l’organisation.",
               "Indiquez l’adresse My Domain comme URL de connexion, p. ex. https://acme.my.salesforce.com."),
    }),
    (("invalid_client_id", "invalid_client", "app_not_found"), {
        "en": ("Salesforce does not know this consumer key and secret.",
               "Copy both again from the app; a new app takes some minutes to be known. "
               "Check too that the login URL is that of the organisation that has the app."),
        "fr": ("Salesforce ne reconnaît pas cette clé et ce secret client.",
               "Copiez-les de nouveau depuis l’application ; une application neuve met quelques minutes à être connue. "
               "Vérifiez aussi que l’URL de connexion est celle de l’organisation qui possède l’application."),
    }),
    (("invalid_grant", "inactive_user", "inactive_org"), {
        "en": ("Salesforce does not let the integration user sign in.",
               "Check username, password and security token, and that the user and the organisation are active."),
        "fr": ("Salesforce refuse la connexion de l’utilisateur d’intégration.",
               "Vérifiez le nom d’utilisateur, le mot de passe et le jeton de sécurité, "
               "et que l’utilisateur et l’organisation sont actifs."),
    }),
    (("invalid_app_access", "unsupported_grant_type", "unauthorized_client", "oauth_flow_disabled"), {
        "en": ("The app does not allow this user or this kind of sign-in.",
               "Ask your Salesforce administrator to switch the flow on in the app and to assign the user to it."),
        "fr": ("L’application n’autorise pas cet utilisateur ou ce mode de connexion.",
               "Demandez à votre administrateur Salesforce d’activer ce mode dans l’application "
               "et d’y affecter l’utilisateur."),
    }),
    (("no_run_as_user",), {
        "en": ("The app has no user to act as.",
               "In the policies of the app, enable the client credentials flow and name the integration user "
               "under “Run As”."),
        "fr": ("L’application n’a pas d’utilisateur au nom duquel agir.",
               "Dans les politiques de l’application, activez le flux d’identifiants client et indiquez "
               "l’utilisateur d’intégration sous « Exécuter en tant que »."),
    }),
    (("user_not_approved", "user_not_admin_approved", "oauth_app_access_denied"), {
        "en": ("The app may not act for this user: nobody has approved it.",
               "In the policies of the app, choose “Admin approved users are pre-authorized” and assign the "
               "integration user to it by a permission set."),
        "fr": ("L’application ne peut pas agir pour cet utilisateur : personne ne l’a approuvée.",
               "Dans les politiques de l’application, choisissez « Les utilisateurs approuvés par l’administrateur "
               "sont préautorisés » et affectez-y l’utilisateur d’intégration par un ensemble d’autorisations."),
    }),
    (("audience_refused",), {
        "en": ("Salesforce does not accept the login URL in the signed sign-in.",
               "Enter the My Domain address; for a sandbox it ends in .sandbox.my.salesforce.com."),
        "fr": ("Salesforce n’accepte pas l’URL de connexion contenue dans la demande signée.",
               "Indiquez l’adresse My Domain ; celle d’une sandbox finit par .sandbox.my.salesforce.com."),
    }),
    (("assertion_refused",), {
        "en": ("Salesforce does not accept the signature of the connector.",
               "Check that the certificate in the app belongs to the private key here, that the consumer key is that "
               "of this app, and that the clock of this server is right."),
        "fr": ("Salesforce n’accepte pas la signature du connecteur.",
               "Vérifiez que le certificat de l’application correspond à la clé privée enregistrée ici, que la clé "
               "client est celle de cette application, et que l’horloge de ce serveur est à l’heure."),
    }),
    (("not_a_private_key",), {
        "en": ("This is not a private key in PEM form.",
               "Paste the whole file of the key, from “-----BEGIN PRIVATE KEY-----” to its end line. "
               "The certificate belongs in Salesforce, not here."),
        "fr": ("Ceci n’est pas une clé privée au format PEM.",
               "Collez tout le fichier de la clé, de « -----BEGIN PRIVATE KEY----- » à la ligne de fin. "
               "Le certificat se place dans Salesforce, pas ici."),
    }),
    (("encrypted_private_key",), {
        "en": ("The private key is protected by a passphrase, which nobody could type when the connector signs in.",
               "Save it without one (openssl pkcs8 -in key.pem -out plain.pem) and paste that; "
               "it is stored encrypted here."),
        "fr": ("La clé privée est protégée par une phrase secrète, que personne ne pourrait saisir à la connexion.",
               "Enregistrez-la sans phrase (openssl pkcs8 -in key.pem -out plain.pem) et collez le résultat ; "
               "elle est stockée chiffrée ici."),
    }),
    (("not_an_rsa_key", "short_rsa_key"), {
        "en": ("Salesforce takes RSA keys of at least 2,048 bits only.",
               "Make a new one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem."),
        "fr": ("Salesforce n’accepte que des clés RSA d’au moins 2 048 bits.",
               "Créez-en une : openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem."),
    }),
    (("log_in_needed",), {
        "en": ("Nobody has logged in with Salesforce yet.", _AGAIN_EN),
        "fr": ("Personne ne s’est encore connecté avec Salesforce.", _AGAIN_FR),
    }),
    (("refresh_token_expired",), {
        "en": ("Salesforce has ended the log-in: the access was revoked, has expired by the policy of the app, "
               "or was given up for newer ones.",
               _AGAIN_EN),
        "fr": ("Salesforce a mis fin à la connexion : l’accès a été révoqué, a expiré selon la politique de "
               "l’application, ou a cédé la place à de plus récents.",
               _AGAIN_FR),
    }),
    (("log_in_expired", "redirect_uri_mismatch"), {
        "en": ("Salesforce did not accept the way back from the log-in page.",
               "Press “Log in with Salesforce” once more and do not wait long. If it happens again, compare the "
               "callback URL in the app with the one that the page of the organisation shows."),
        "fr": ("Salesforce n’a pas accepté le retour depuis la page de connexion.",
               "Cliquez de nouveau sur « Se connecter avec Salesforce », sans trop attendre. Si cela se répète, "
               "comparez l’URL de rappel de l’application avec celle qu’affiche la page de l’organisation."),
    }),
    (("no_refresh_token", "invalid_scope"), {
        "en": ("The app does not let the connector stay connected.",
               "In the app, select the OAuth scopes “Manage user data via APIs (api)” and “Perform requests at any "
               "time (refresh_token, offline_access)”, then log in again."),
        "fr": ("L’application ne permet pas au connecteur de rester connecté.",
               "Dans l’application, sélectionnez les étendues OAuth « Gérer les données utilisateur via des API "
               "(api) » et « Effectuer des requêtes à tout moment (refresh_token, offline_access) », puis "
               "reconnectez-vous."),
    }),
    (("access_denied",), {
        "en": ("The access was denied on the page of Salesforce.", "Log in again and choose “Allow”."),
        "fr": ("L’accès a été refusé sur la page de Salesforce.", "Reconnectez-vous et choisissez « Autoriser »."),
    }),
    (("oauth_app_blocked",), {
        "en": ("The app is blocked in this Salesforce organisation.",
               "Ask your Salesforce administrator to unblock it, in Setup under the OAuth usage of apps."),
        "fr": ("L’application est bloquée dans cette organisation Salesforce.",
               "Demandez à votre administrateur Salesforce de la débloquer, dans la configuration, sous "
               "l’utilisation OAuth des applications."),
    }),
    (("changed_meanwhile",), {
        "en": ("Somebody changed the organisation here while you logged in.", "Look at it, then log in again."),
        "fr": ("Quelqu’un a modifié l’organisation ici pendant votre connexion.",
               "Vérifiez-la, puis reconnectez-vous."),
    }),
    (("disconnected",), {
        "en": ("The organisation was disconnected here, on purpose.",
               "When data shall flow again, reconnect it on its page."),
        "fr": ("L’organisation a été déconnectée ici, volontairement.",
               "Quand les données devront circuler de nouveau, reconnectez-la sur sa page."),
    }),
    (("reconnect_needed",), {
        "en": ("The organisation must be reconnected.", "Correct the sign-in and test the connection."),
        "fr": ("L’organisation doit être reconnectée.", "Corrigez les paramètres et testez la connexion."),
    }),
    (("sign_in_under_way",), {
        "en": ("Another process of the connector has been signing in for a while.", _WAIT_EN),
        "fr": ("Un autre processus du connecteur est en train de se connecter.", _WAIT_FR),
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
    (("token_refused",), {
        "en": ("Salesforce does not accept the token that it has just given.",
               "Check the session policies of the app and the permissions of the integration user."),
        "fr": ("Salesforce refuse le jeton qu’il vient de donner.",
               "Vérifiez les règles de session de l’application et les autorisations de l’utilisateur d’intégration."),
    }),
)  # fmt: skip

SIGN_IN_CODES: Mapping[str, Texts] = {code: texts for codes, texts in _GROUPS for code in codes}
"""{code: {language: (what happened, next step)}}"""

_NO_ANSWER: Texts = {
    "en": ("No Salesforce answers at this address.",
           "Compare the login URL with the one that Salesforce shows in Setup under My Domain: a slip in it is the "
           "usual reason. If it is right, try again in a minute; if it lasts, check the network of the server."),
    "fr": ("Aucun Salesforce ne répond à cette adresse.",
           "Comparez l’URL de connexion avec celle que Salesforce affiche dans la configuration, sous Mon domaine : "
           "une faute de frappe en est la cause habituelle. Si elle est exacte, réessayez dans une minute ; si cela "
           "dure, vérifiez le réseau du serveur."),
}  # fmt: skip
_NO_ANSWER_NOW: Texts = {
    "en": ("Salesforce does not answer at the moment.",
           "Try again in some minutes; if it lasts, check the network of the server."),
    "fr": ("Salesforce ne répond pas pour le moment.",
           "Réessayez dans quelques minutes ; si cela dure, vérifiez le réseau du serveur."),
}  # fmt: skip
_TOO_OFTEN: Texts = {
    "en": ("There were too many sign-ins in a short time.", "Wait for a minute, then try again."),
    "fr": ("Il y a eu trop de connexions en peu de temps.", "Attendez une minute, puis réessayez."),
}
_OTHER_PROCESS: Texts = {
    "en": ("Another process of the connector has been signing in for a while.", "Wait for a minute, then try again."),
    "fr": ("Un autre processus du connecteur est en train de se connecter.", "Attendez une minute, puis réessayez."),
}
_SALESFORCE_AWAY: Texts = {
    "en": ("Salesforce is not available at the moment, or is under maintenance.", "Try again in some minutes."),
    "fr": ("Salesforce est momentanément indisponible ou en maintenance.", "Réessayez dans quelques minutes."),
}

_UNANSWERED = (
    "timeout",
    "connect_timeout",
    "no_connection",
    "connection_lost",
    "unreadable_answer",
    "tls_failed",
    "http_404",
)
WHEN_ENTERED: Mapping[str, Texts] = {
    **dict.fromkeys(_UNANSWERED, _NO_ANSWER),
    "rate_limit_exceeded": _TOO_OFTEN,
    "sign_in_under_way": _OTHER_PROCESS,
    **dict.fromkeys(("SERVER_UNAVAILABLE", "http_500", "http_502", "http_503", "http_504"), _SALESFORCE_AWAY),
}
"""The same for whoever is signing in just now: nothing was stored or is tried again unless they do it."""
WHEN_TRIED_AGAIN: Mapping[str, Texts] = {**WHEN_ENTERED, **dict.fromkeys(_UNANSWERED, _NO_ANSWER_NOW)}
"""The same where these credentials have worked before: their address has no slip."""
