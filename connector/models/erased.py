"""People who asked to be forgotten: nothing of them is kept but a keyed hash, by which later messages are dropped."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ErasedPerson(models.Model):
    """One email address, or id of inwink, of a person who was erased here (rule 6.8)."""

    digest = models.CharField(max_length=64, primary_key=True)
    """HMAC-SHA-256 of the normalised value, hex; the key is derived from a secret of this installation."""
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
