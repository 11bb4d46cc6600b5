"""The project's settings with throw-away keys, so that tests and type checks need neither a .env nor an environment.

DATABASE_URL is honoured: that is how the tests marked `both` run on PostgreSQL.
"""

import os

os.environ["DJANGO_READ_DOT_ENV"] = "0"
os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 50)
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=")
os.environ.setdefault("HTTPS_ONLY", "0")
os.environ.setdefault("SALESFORCE_EXTRA_HOSTS", "127.0.0.1,localhost")

from project.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast log-ins

WHITENOISE_AUTOREFRESH = True  # looks for a static file when it is asked for, not for all of them with each test client
