"""What is said to people: text, pictures, cards. Videos, which wait until they are made, are in `films`."""

from django.conf import settings
from django.db import transaction

from avatars.exceptions import ScriptError
from avatars.models import DigitalHuman
from conversations.delivery import channel
from conversations.models import Content, Conversation, Desk, Message
from core.live_updates import publish_change
from wecom import contents
from wecom.models import Application, Member, Outbound, Upload

KINDS = {
    "text": Content.Kind.TEXT,
    "image": Content.Kind.IMAGE,
    "voice": Content.Kind.VOICE,
    "video": Content.Kind.VIDEO,
    "file": Content.Kind.FILE,
    "textcard": Content.Kind.CARD,
    "template_card": Content.Kind.CARD,
    "markdown": Content.Kind.TEXT,
    "news": Content.Kind.CARD,
    "mpnews": Content.Kind.CARD,
    "miniprogram_notice": Content.Kind.CARD,
}


@transaction.atomic
def say(conversation: Conversation, text: str, *, cid: str, degraded: bool = False) -> Message:
    """Say text to a member; long text goes out in parts."""
    outbound = channel.send_text(conversation.application, conversation.member, text, cid=cid)
    return _said(conversation, Content.objects.create(text=text), outbound, cid=cid, degraded=degraded)


@transaction.atomic
def say_content(
    conversation: Conversation, content: contents.Content, *, upload: Upload | None = None, cid: str
) -> Message:
    """Send a message of any kind: a picture, a file, a card; `upload` is its file, where it has one.

    Raises `ContentError` for what the platform would refuse.
    """
    outbound = channel.send(conversation.application, conversation.member, content, upload=upload, cid=cid)
    kind = KINDS.get(content.msgtype, Content.Kind.OTHER)
    words = content.words() or (upload.filename if upload else "")
    return _said(conversation, Content.objects.create(kind=kind, text=words), outbound, cid=cid)


def digital_human_of(application: Application | None) -> DigitalHuman:
    """The digital human at the desk of an application, of the default one where none is named.

    Raises `ScriptError` where nobody sits there, `NotConfigured` where there is no default application.
    """
    desk = desk_of(application or channel.default_application())
    if desk is None:
        raise ScriptError("No digital human is at this desk.", code="no_desk", remedy="Choose one in the admin.")
    return desk.digital_human


def desk_of(application: Application) -> Desk | None:
    """The application's desk, or None where nobody has set one up."""
    return Desk.objects.select_related("digital_human__voice").filter(application=application).first()


def conversation_of(application: Application, member: Member) -> Conversation:
    """The conversation of a member with an application, locked until the transaction ends."""
    desk = desk_of(application)
    language = desk.language if desk else settings.LANGUAGE_CODE
    found, _ = Conversation.objects.get_or_create(
        application=application, member=member, defaults={"language": language}
    )
    return Conversation.objects.select_for_update(of=("self",)).select_related("application", "member").get(pk=found.pk)


@transaction.atomic
def conversation_with(user_id: str, *, application: Application | None = None) -> Conversation:
    """The conversation of a member by their user ID, locked until the transaction ends.

    With the default application where none is named; raises `NotConfigured` where there is no such one.
    """
    application = application or channel.default_application()
    return conversation_of(application, channel.member(application, user_id))


def _said(
    conversation: Conversation, content: Content, outbound: Outbound, *, cid: str, degraded: bool = False
) -> Message:
    publish_change("messages", "said")
    return Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=Message.Direction.OUT,
        state=Message.State.SENDING,
        content=content,
        outbound=outbound,
        degraded=degraded,
        cid=cid,
    )
