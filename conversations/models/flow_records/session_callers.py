"""The flows around the one that a session is in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.flows import FlowVersion
from conversations.models.sessions import Session


class SessionCaller(models.Model):
    """A flow of a session that waits, in a step that runs another one, until that ends. `depth` 0 is the outermost.

    Rows, not a list in the session: publications and the numbers on the graph ask who waits in which step. They are
    written with their session, whose `revision` fences them too.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="callers", verbose_name=_("session"))
    depth = models.PositiveSmallIntegerField(_("depth"))
    version = models.ForeignKey(
        FlowVersion, models.CASCADE, related_name="session_callers", verbose_name=_("flow version")
    )
    state = models.CharField(_("step"), max_length=40)
    slots = models.JSONField(_("slots"), default=dict)
    labels = models.JSONField(default=dict, editable=False)
    data = models.JSONField(_("data it began with"), default=dict)
    path = models.JSONField(default=list)
    sources = models.JSONField(default=dict, editable=False)
    ends_at = models.DateTimeField(_("ends at the latest"), null=True, blank=True)

    class Meta:
        verbose_name = _("flow around a sub-flow")
        verbose_name_plural = _("flows around sub-flows")
        ordering = ["session", "depth"]
        constraints = [models.UniqueConstraint(fields=["session", "depth"], name="session_caller_one_at_depth")]
        indexes = [models.Index(fields=["version", "state"], name="session_caller_step")]

    def __str__(self) -> str:
        return f"{self.version}: {self.state}"
