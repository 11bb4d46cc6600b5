"""People who asked to be forgotten: nothing of them is kept but a keyed hash, by which later messages are dropped."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connector.models.fields import EncryptedField


class ErasureKey(models.Model):
    """The key of all hashes of erased people; one row, made when the first person is erased.

    A key of its own, encrypted like every secret: it survives a change of SECRET_KEY and the rotation of
    FIELD_ENCRYPTION_KEYS, after either of which a derived key would no longer recognise anybody.
    """

    ONLY = 1
    """The primary key of the row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    secret = EncryptedField(editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="erasure_has_one_key")]

    def __str__(self) -> str:
        return "key of the hashes of erased people"


class ErasedPerson(models.Model):
    """One email address, or id of an event, of a person who was erased here (rule 6.8)."""

    digest = models.CharField(max_length=64, primary_key=True)
    """HMAC-SHA-256 of the normalised value under the `ErasureKey`, hex."""
    erased_at = models.DateTimeField(_("erased at"))
    erased_by = models.CharField(_("erased by"), max_length=150, blank=True, default="")
    dropped_count = models.PositiveIntegerField(_("messages dropped since"), default=0)
    last_dropped_at = models.DateTimeField(_("last dropped at"), null=True, blank=True)

    class Meta:
        verbose_name = _("erased person")
        verbose_name_plural = _("erased people")
        ordering = ["-erased_at"]

    def __str__(self) -> str:
        return self.digest[:12]
