"""Who may watch which video on our own page."""

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from avatars.models import Render
from conversations.models import Viewing
from wecom.models import Application, Member


def link(application: Application, member: Member, render: Render) -> str:
    """The address at which this member, and nobody else, can watch a video."""
    viewing, _ = Viewing.objects.get_or_create(render=render, application=application, member=member)
    return f"{settings.SITE_URL.rstrip('/')}{reverse('watch', args=[viewing.name])}"


def viewings() -> QuerySet[Viewing]:
    """What can be watched: made, and with its file."""
    rows = Viewing.objects.select_related("render__digital_human", "member", "application__corporation")
    return rows.filter(render__status=Render.Status.DONE).exclude(render__video="")
