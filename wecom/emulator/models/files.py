"""Files that are no media messages: pictures of articles, and uploads that the platform fetches itself."""

from django.db import models

from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import App, Corp
from wecom.emulator.models.messages import Media


class Picture(Row):
    """A picture for the text of an article (图文), at an address of its own for good."""

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE)
    name = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=100)
    created_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.name


class UrlJob(Row):
    """A file that the platform was asked to fetch from an address."""

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
