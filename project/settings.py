"""Settings of the site, each from the environment; .env.example explains the variables.

A variable of the environment wins over the same one in `.env`. Code of the connector reads settings through
connector/conf.py only.
"""

import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from project.environment import Environment
from project.unfold import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
if os.environ.get("DJANGO_READ_DOT_ENV", "1") != "0":
    env.read_env(BASE_DIR / ".env")

_NEW_SECRET_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
_NEW_FERNET_KEY = "python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"

# What only this installation knows

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = (
    env.str("SECRET_KEY", default="not-secret-for-development-only")
    if DEBUG
    else env.required("SECRET_KEY", make_one=_NEW_SECRET_KEY)
)
FIELD_ENCRYPTION_KEYS: list[str] = [
    key.strip()
    for key in (
        env.str("FIELD_ENCRYPTION_KEYS", default="bm90LXNlY3JldC1mb3ItZGV2ZWxvcG1lbnQtb25seSE=")
        if DEBUG
        else env.required("FIELD_ENCRYPTION_KEYS", make_one=_NEW_FERNET_KEY)
    ).split(",")
]
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# Applications

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.simple_history",
    "simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_q",
    "connector",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "project.middleware.SiteCSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "connector.admin.frame.onlooker.OnlookerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "project.middleware.NoNulMiddleware",
]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
ASGI_APPLICATION = "project.asgi.application"
AUTHENTICATION_BACKENDS = ["connector.admin.frame.permissions.PermissionBackend"]
CSRF_FAILURE_VIEW = "connector.admin.server.error_pages.csrf_failure"
LOGIN_REDIRECT_URL = "admin:index"  # Unfold's log-in form does not say where to go next
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Database

_SQLITE_OPTIONS = {
    # IMMEDIATE: a deferred transaction that reads and then writes fails at once, without waiting.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds that a writer waits for another one
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000; "
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000; PRAGMA mmap_size=134217728;"
    ),
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'connector.sqlite3'}"),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    },
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = _SQLITE_OPTIONS

# Background workers: django-q2 is the clock, the outbox is the retry engine

Q_CLUSTER: dict[str, Any] = {
    "name": "connector",
    "label": _("Background tasks"),
    "orm": "default",
    "workers": env.at_least_one("Q_WORKERS", default=2),
    "poll": env.float("Q_POLL_SECONDS", default=0.2),
    "timeout": 480,  # seconds; then the worker is killed, so more than a drain and its last call can take
    "retry": 1920,  # seconds; (queue_limit + 2) times timeout, else waiting tasks run twice
    "queue_limit": 2,
    "bulk": 1,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": -1,
    "recycle": 500,
    "max_rss": 400_000,  # KB
}

# Salesforce, the webhook, retention, alerts

SALESFORCE_EXTRA_HOSTS: list[str] = env.list("SALESFORCE_EXTRA_HOSTS", default=[])
SALESFORCE_TIMEOUT_SECONDS: int = env.int("SALESFORCE_TIMEOUT_SECONDS", default=120)
SALESFORCE_SETTLE_SECONDS: int = env.int("SALESFORCE_SETTLE_SECONDS", default=600)
CLAIM_LEASE_SECONDS: int = env.int("CLAIM_LEASE_SECONDS", default=150)
WEBHOOK_MAX_BYTES: int = env.int("WEBHOOK_MAX_BYTES", default=1024 * 1024)
WEBHOOK_RATE: str = env.str("WEBHOOK_RATE", default="6000/m")
RETENTION_DAYS_MESSAGES: int = env.int("RETENTION_DAYS_MESSAGES", default=30)
RETENTION_DAYS_ATTEMPTS: int = env.int("RETENTION_DAYS_ATTEMPTS", default=180)
RETENTION_DAYS_RUNS: int = env.int("RETENTION_DAYS_RUNS", default=180)
RETENTION_DAYS_UNLINKED: int = env.int("RETENTION_DAYS_UNLINKED", default=400)
ALERT_EMAILS: list[str] = env.list("ALERT_EMAILS", default=[])
_email = env.email_url("EMAIL_URL", default="dummymail://")
EMAIL_BACKEND: str = _email["EMAIL_BACKEND"]
EMAIL_HOST: str = _email["EMAIL_HOST"] or "localhost"
EMAIL_PORT: int = _email["EMAIL_PORT"] or 25
EMAIL_HOST_USER: str = _email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD: str = _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS: bool = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL: str = env.str(
    "DEFAULT_FROM_EMAIL", default=EMAIL_HOST_USER if "@" in EMAIL_HOST_USER else "webmaster@localhost"
)

# Languages and times

LANGUAGE_CODE: str = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
FORMAT_MODULE_PATH = ["project.formats"]
LOCALE_PATHS = [BASE_DIR / "connector" / "locale"]
USE_TZ = True
TIME_ZONE: str = env.time_zone("TIME_ZONE", default="Europe/Paris")

# Static files: WhiteNoise serves them without collectstatic too

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# Safety of the site. TLS ends at a proxy that sets X-Forwarded-Proto.

HTTPS_ONLY: bool = env.flag("HTTPS_ONLY", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain http to the process itself
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS_ONLY else None
PROXY_COUNT: int = env.int("PROXY_COUNT", default=1 if HTTPS_ONLY else 0)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
# Subdomains and browsers' preload lists belong to whoever owns the domain: W005 and W021 ask for both.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
ADMIN_CSP_DIRECTIVES: dict[str, list[str]] = {
    "default-src": ["'self'"],
    # Unfold's Alpine.js evaluates the expressions in its templates; its components set style attributes.
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}

# Logs: JSON lines on stderr, since stdout belongs to --json

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "project.json_logging.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # runserver's access lines hold query strings, and with them what somebody searched for in the admin.
        "django.server": {"handlers": ["nowhere"], "propagate": False},
    },
}
