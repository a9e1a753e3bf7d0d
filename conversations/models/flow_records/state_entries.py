"""Which ways sessions took through the steps of their version, to be counted."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.machine.edges import On
from conversations.models.flows import FlowVersion
from conversations.models.sessions import Session


class StateEntry(models.Model):
    """A session entered a state; `source` is the one before, "" at the start.

    One row per entry instead of counters: a thousand members at once would wait for each other at a counter's row.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="entries", verbose_name=_("session"))
    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="+", verbose_name=_("flow version"))
    source = models.CharField(_("from"), max_length=40, blank=True)
    on = models.CharField(_("when"), max_length=8, default=On.NEXT.value)
    state = models.CharField(_("step"), max_length=40)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("entry into a step")
        verbose_name_plural = _("entries into steps")
        indexes = [models.Index(fields=["version", "source", "on", "state", "at"], name="state_entry_figures")]

    def __str__(self) -> str:
        return f"{self.source} → {self.state}" if self.source else self.state
