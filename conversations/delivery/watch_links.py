"""Links to videos on our own page: who may watch which video."""

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from avatars import services as avatars
from avatars.models import Render
from conversations.models import WatchLink
from wecom.models import Application, Member, Upload


def render_url(application: Application, member: Member | None, render: Render) -> str:
    """The address of a video for one member, or without one for everyone in the company."""
    link, _ = WatchLink.objects.get_or_create(render=render, application=application, member=member)
    return _address(link)


def file_url(application: Application, member: Member | None, upload: Upload) -> str:
    """The address of an uploaded video for one member, or without one for everyone in the company."""
    link, _ = WatchLink.objects.get_or_create(upload=upload, application=application, member=member)
    return _address(link)


def watchable() -> QuerySet[WatchLink]:
    """Links whose video exists, or is being made, and may be shown by the consent of the person in it."""
    rows = WatchLink.objects.select_related("render__digital_human", "upload", "member", "application__corporation")
    made = Q(render__status=Render.Status.DONE) & ~Q(render__video="")
    promised = Q(render__status__in=Render.UNFINISHED)
    return rows.filter(Q(made | promised) & avatars.allowed_renders(path="render__") | Q(upload__isnull=False))


def _address(link: WatchLink) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse('watch', args=[link.name])}"
