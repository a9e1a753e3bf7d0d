"""Uploaded files: temporary media, pictures of articles, and uploads by URL."""

from django.db import models

from wecom.emulator.models.applications import App
from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import Corp


class Media(Row):
    """A temporary media file (临时素材), valid for three days."""

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE)
    media_id = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=8)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    seconds = models.FloatField(null=True, blank=True, help_text="Length of a voice message.")
    sealed = models.BooleanField(default=False, help_text="Kept encrypted: ranges are multiples of 16 bytes.")
    by_url = models.BooleanField(default=False, help_text="Fetched by upload_by_url: cannot be sent in a message.")
    created_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.media_id


class Picture(Row):
    """A picture for the text of an article (图文), with a permanent address."""

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE)
    name = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=100)
    created_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.name


class UrlJob(Row):
    """A job of `media/upload_by_url`: the platform downloads a file."""

    LIFETIME = 3600.0  # seconds in which its result can be asked for

    class Status(models.IntegerChoices):
        RUNNING = 1
        DONE = 2
        FAILED = 3

    app_id: int

    app = models.ForeignKey(App, on_delete=models.CASCADE)
    jobid = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8)
    filename = models.CharField(max_length=128)
    url = models.CharField(max_length=1024)
    md5 = models.CharField(max_length=32)
    status = models.PositiveSmallIntegerField(choices=Status.choices, default=Status.RUNNING)
    errcode = models.IntegerField(default=0)
    media = models.ForeignKey(Media, on_delete=models.CASCADE, null=True, blank=True)
    created_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.jobid
