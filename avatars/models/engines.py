"""Engines that fail."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EngineFailure(models.Model):
    """An engine that failed when it was last used; it has no row once it works again."""

    kind = models.CharField(_("kind"), max_length=12)
    name = models.CharField(_("name"), max_length=40)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    failed_at = models.DateTimeField(_("failed at"), default=timezone.now)
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True)

    class Meta:
        db_table = "avatars_enginetrouble"
        verbose_name = _("engine in trouble")
        verbose_name_plural = _("engines in trouble")
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="engine_trouble_one_per_engine")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
