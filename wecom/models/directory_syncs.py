"""The work of reading the company's directory."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.work.base import Work
from wecom.models.company import Application


class DirectorySyncQuerySet(models.QuerySet["DirectorySync"]):
    """Queries on syncs."""

    def whole(self) -> Self:
        return self.filter(kind=DirectorySync.Kind.FULL)

    def read_to_the_end(self, application: Application) -> Self:
        """The syncs after which a user ID without a row is one that the application cannot see."""
        return self.whole().filter(application=application, status=Work.Status.DONE, reason="")


class DirectorySync(Work):
    """Reads the directory through one application: all of it, or only the changed members.

    `stage` and `cursor` are the checkpoint from which the next attempt goes on. Members that the sync did not see are
    looked up one by one, after everything was read.
    """

    task = "wecom.sync_directory"
    max_attempts = 30  # each goes on from the checkpoint
    lease = timedelta(seconds=90)
    every: ClassVar[timedelta] = timedelta(hours=24)

    class Kind(models.TextChoices):
        FULL = "full", _("everything")
        CHANGES = "changes", _("what changed")

    class Stage(models.TextChoices):
        DEPARTMENTS = "departments", _("departments")
        MEMBERS = "members", _("members")
        TAGS = "tags", _("tags")
        UNSEEN = "unseen", _("members who left")
        DETAILS = "details", _("details")

    class Reason(models.TextChoices):
        HELD = "held", _("waits for a setting to be corrected")
        BUSY = "busy", _("the platform is busy")
        REFUSED = "refused", _("the platform refused it")
        FORBIDDEN = "forbidden", _("the application may not read the contacts")
        INCOMPLETE = "incomplete", _("some of it could not be read")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="directory_syncs", verbose_name=_("application")
    )
    kind = models.CharField(_("what"), max_length=8, choices=Kind, default=Kind.FULL)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True, editable=False)
    cursor = models.CharField(max_length=255, blank=True, editable=False)
    departments_total = models.PositiveIntegerField(_("departments"), default=0, editable=False)
    departments_read = models.PositiveIntegerField(_("departments read"), default=0, editable=False)
    members_read = models.PositiveIntegerField(_("members read"), default=0, editable=False)
    tags_read = models.PositiveIntegerField(_("tags read"), default=0, editable=False)
    looked_up = models.PositiveIntegerField(_("members looked up"), default=0, editable=False)
    notes = models.JSONField(default=list, blank=True, editable=False)
    errcode = models.IntegerField(_("error code"), null=True, blank=True)

    objects = DirectorySyncQuerySet.as_manager()

    class Meta:
        verbose_name = _("directory sync")
        verbose_name_plural = _("directory syncs")
        indexes = [
            models.Index(fields=["status", "due_at"], name="directorysync_due"),
            models.Index(fields=["order_key", "status", "id"], name="directorysync_order"),
            models.Index(fields=["application", "kind", "id"], name="directorysync_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.application} #{self.pk}"

    @property
    def progress(self) -> int:
        """0 to 100: mostly how many of the departments were read."""
        if self.status == self.Status.DONE:
            return 100
        first = {"": 0, self.Stage.DEPARTMENTS: 2, self.Stage.TAGS: 85, self.Stage.UNSEEN: 92, self.Stage.DETAILS: 94}
        if self.stage in first:
            return first[self.stage]
        return 5 + 80 * min(self.departments_read, self.departments_total) // max(1, self.departments_total)
