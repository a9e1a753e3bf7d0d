"""Receipts of a person's requests."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wecom.models.company import Corporation


class PrivacyRequest(models.Model):
    """A receipt: that a person's data was exported or erased, with the requester and the number of rows. It names no
    person.

    `digest` is keyed by the installation's secret, so that you can prove a request of a person whose user ID you know.
    """

    SEARCHED: ClassVar = ("requested_by",)

    class Kind(models.TextChoices):
        EXPORT = "export", _("export")
        ERASE = "erase", _("erasure")

    corporation = models.ForeignKey(
        Corporation, models.CASCADE, related_name="privacy_requests", verbose_name=_("corporation")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    requested_by = models.CharField(_("asked by"), max_length=150)
    digest = models.CharField(_("digest"), max_length=64)
    rows: "models.JSONField[Any, Any]" = models.JSONField(_("rows"), default=dict)
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("personal data request")
        verbose_name_plural = _("personal data requests")
        indexes = [models.Index(fields=["digest"], name="privacyrequest_digest")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["export", "erase"]), name="privacyrequest_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def total(self) -> int:
        """How many rows there were."""
        return sum(self.rows.values())
