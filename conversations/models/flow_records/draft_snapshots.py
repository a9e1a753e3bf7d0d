"""The steps of a flow after each change, for undo and redo."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations.models.flows import Flow
from core.parties.acting_client import ClientNameField


class DraftSnapshotQuerySet(models.QuerySet["DraftSnapshot"]):
    """Queries on snapshots."""

    def done(self) -> "DraftSnapshotQuerySet":
        """Changes that are in effect, the newest first."""
        return self.filter(undone=False).order_by("-pk")

    def taken_back(self) -> "DraftSnapshotQuerySet":
        """Changes that were undone, the one to redo first."""
        return self.filter(undone=True).order_by("pk")


class DraftSnapshot(models.Model):
    """The steps of a flow after one change."""

    class Change(models.TextChoices):
        FOUND = "found", _("the draft as it was")
        SAVED = "saved", _("a step was saved")
        ADDED = "added", _("a step was added")
        REMOVED = "removed", _("a step was deleted")
        MOVED = "moved", _("a step was moved")
        CONNECTED = "connected", _("a transition was drawn")
        EDITED = "edited", _("the steps were edited as a list")
        RESTORED = "restored", _("an older version was copied")
        IMPORTED = "imported", _("a file was imported")

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="snapshots", verbose_name=_("flow"))
    rows = models.JSONField(_("steps"), editable=False)
    change = models.CharField(_("change"), max_length=12, choices=Change)
    step = models.CharField(_("step"), max_length=60, blank=True)
    undone = models.BooleanField(_("undone"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("by"))
    client = ClientNameField()
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    objects = DraftSnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a draft")
        verbose_name_plural = _("changes of drafts")
        indexes = [models.Index(fields=["flow", "undone"], name="draft_snapshot_history")]

    def __str__(self) -> str:
        change = self.get_change_display()
        return gettext("%(change)s: %(step)s") % {"change": change, "step": self.step} if self.step else str(change)
