"""Who may watch which video on our own page."""

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from avatars import services as avatars
from avatars.models import Render
from conversations.models import Viewing
from wecom.models import Application, Member, Upload


def link(application: Application, member: Member, render: Render) -> str:
    """The address at which this member, and nobody else, can watch a video."""
    viewing, _ = Viewing.objects.get_or_create(render=render, application=application, member=member)
    return _address(viewing)


def link_to_file(application: Application, member: Member | None, upload: Upload) -> str:
    """The address at which a member can watch a video that somebody brought; without one, anybody of the company."""
    viewing, _ = Viewing.objects.get_or_create(upload=upload, application=application, member=member)
    return _address(viewing)


def viewings() -> QuerySet[Viewing]:
    """What can be watched: made, with its file, and with the consent of whoever is in the photograph."""
    rows = Viewing.objects.select_related("render__digital_human", "upload", "member", "application__corporation")
    made = Q(render__status=Render.Status.DONE) & ~Q(render__video="") & avatars.allowed_renders(path="render__")
    return rows.filter(made | Q(upload__isnull=False))


def _address(viewing: Viewing) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse('watch', args=[viewing.name])}"
