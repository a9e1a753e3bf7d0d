"""A member who has told the digital human something, in every table that keeps it."""

from typing import Any

from django.apps import apps

from conversations.models import Conversation, Message, PreferenceChange, Session, Ticket
from tests.openuser.support.people import said, stored
from tests.support import factories
from wecom.models import Application, Member, Upload

TOLD = "老板是不是傻"
WHO = "xiaoyu"


def make_confidences(application: Application) -> Member:
    """A member with a row in every table that has what they said: `TOLD` is their word, and nobody else's."""
    member = factories.make_member(application, WHO, name="小雨")
    said(application, member, TOLD)
    render = Message.objects.get(member=member).render
    assert render is not None
    render.requester, render.cid, render.video = f"member:{member.pk}", "c0ffee", stored(f"renders/{WHO}/video.mp4")
    render.save()
    Upload.objects.update(filename="video.mp4")
    PreferenceChange.objects.update(before={})
    cid = "c0ffee"
    file = stored(f"inbound/{WHO}.jpg")
    factories.make_callback(application, from_user_id=WHO, body=f"<xml><Content>{TOLD}</Content></xml>", cid=cid)
    factories.make_card_update(application, user_id=WHO, text=TOLD, cid=cid)
    download = factories.make_download(application, cid=cid, status="done", path=file)
    Message.objects.filter(member=member).update(direction="in", download=download, cid=cid)
    group = factories.make_operator_group(application, name="人事")
    Ticket.objects.update(group=group, cid=cid)
    Session.objects.update(cid=cid)
    return member


def conversation_of(member: Member) -> Conversation:
    return Conversation.objects.get(member=member)


def rows_of_everything() -> dict[str, Any]:
    """The first row of every model, by label."""
    found = ((model._meta.label, model._base_manager.order_by("pk").first()) for model in apps.get_models())
    return {label: row for label, row in found if row is not None}
