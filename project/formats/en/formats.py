"""English that is read the same on both sides of the Atlantic: 8 Oct 2026, 17:31; Django's own is 10/08/2026 5:31 p.m.

https://docs.djangoproject.com/en/stable/topics/i18n/formatting/#creating-custom-format-files
"""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
YEAR_MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "j F"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
