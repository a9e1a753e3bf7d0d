"""Links to videos on our own page, because they are too large for a message."""

import secrets
from pathlib import PurePosixPath

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars.models import Render
from wecom.models import Application, Member, Upload


def new_name() -> str:
    """A random name of 128 bits, for an address that cannot be guessed."""
    return secrets.token_hex(16)


class WatchLink(models.Model):
    """One member's right to watch one video; its name is part of the page's address.

    The video is a render or an uploaded file. A link without a member is for everyone in the company: a video that is
    sent to many has one address.
    """

    name = models.CharField(max_length=32, unique=True, default=new_name, editable=False)
    render = models.ForeignKey(
        Render, models.CASCADE, null=True, blank=True, related_name="watch_links", verbose_name=_("render")
    )
    upload = models.ForeignKey(
        Upload, models.CASCADE, null=True, blank=True, related_name="watch_links", verbose_name=_("file")
    )
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="watch_links", verbose_name=_("application")
    )
    member = models.ForeignKey(
        Member, models.CASCADE, null=True, blank=True, related_name="watch_links", verbose_name=_("member")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("watch link")
        verbose_name_plural = _("watch links")
        constraints = [
            models.UniqueConstraint(fields=["render", "application", "member"], name="viewing_one_per_member"),
            models.UniqueConstraint(fields=["upload", "application", "member"], name="viewing_one_per_file"),
            models.UniqueConstraint(
                fields=["upload", "application"], condition=models.Q(member=None), name="viewing_one_for_all"
            ),
            models.CheckConstraint(
                condition=models.Q(render=None) ^ models.Q(upload=None), name="viewing_of_render_or_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.render or self.upload} · {self.member or self.application}"

    @property
    def title(self) -> str:
        """The heading above the video."""
        if self.render is not None:
            return self.render.shown_text.strip().split("\n")[0][:80]
        return PurePosixPath(self.upload.filename).stem if self.upload else ""

    @property
    def words(self) -> str:
        """The script of a render; empty for a file."""
        return self.render.shown_text if self.render else ""

    @property
    def size(self) -> int:
        """Bytes of the video; 0 if unknown."""
        return (self.render.size or 0) if self.render else self.upload.size if self.upload else 0

    def file(self, which: str) -> str:
        """The name in the media storage of its "video", "poster" or captions; "" if there is none."""
        if self.render is not None:
            return str(getattr(self.render, which).name or "")
        return self.upload.path if self.upload and which == "video" else ""
