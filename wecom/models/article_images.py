"""Pictures within the text of articles (图文), which the platform keeps for good."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wecom.models.company import Corporation


class ArticlePicture(models.Model):
    """A picture that was uploaded once and has an address there; equal bytes are not uploaded again."""

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="article_pictures")
    sha256 = models.CharField(max_length=64)
    url = models.URLField(_("address"), max_length=1024)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("picture of an article")
        verbose_name_plural = _("pictures of articles")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "sha256"], name="article_picture_unique_content"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
