"""What is said to people: text, pictures, cards, and videos, which wait until they are made."""

import logging

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from avatars import services as avatars
from avatars.exceptions import OutputError, ScriptError
from avatars.models import DigitalHuman, Render, Rendition
from conversations import channel, fitting, progress, wording
from conversations.models import Content, Conversation, Desk, Message, ProgressCard
from openuser.lib import crash
from openuser.lib.publish import tell
from wecom import contents
from wecom.exceptions import ContentError
from wecom.models import Application, Member, Outbound, Upload

logger = logging.getLogger(__name__)

OUT_OF_REACH = (Outbound.Reason.UNKNOWN, Outbound.Reason.RECIPIENT, Outbound.Reason.EXPIRED)
CARRIERS = ("video", "file", "textcard")  # the forms in which a video goes out

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


@transaction.atomic
def say_video(
    conversation: Conversation, text: str, *, mode: str = "", digital_human: DigitalHuman | None = None, cid: str
) -> Message:
    """Say text to a member as a video, of the desk's digital human unless another is named.

    The message waits until it is made, and goes out as text where it cannot be made.

    Raises `ScriptError` for a script that cannot become a video.
    """
    digital_human = digital_human or digital_human_of(conversation.application)
    render = _render_to_wait_for(digital_human, text, mode=mode, cid=cid)
    tell("messages", "promised")
    message = Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=Message.Direction.OUT,
        state=Message.State.WAITING,
        content=Content.objects.create(kind=Content.Kind.VIDEO, text=render.text),
        render=render,
        cid=cid,
    )
    # Made already, or finished while this was being written: nobody else would release it before the sweeper.
    transaction.on_commit(lambda: release(render), robust=True)
    return message


def _render_to_wait_for(digital_human: DigitalHuman, text: str, *, mode: str, cid: str) -> Render:
    """A render that is locked, so that whoever shares it cannot cancel it before our message is seen to wait."""
    while True:
        render = avatars.request_render(digital_human, text, mode=mode, cid=cid)
        render = Render.objects.select_for_update(of=("self",)).get(pk=render.pk)
        if render.status != Render.Status.CANCELLED:
            return render


def release(render: Render) -> int:
    """Send what waits for a render that has ended, by state and not by event: doing it twice does nothing."""
    if Render.objects.filter(pk=render.pk, status__in=Render.UNFINISHED).exists():
        return 0
    waiting = list(Message.objects.waiting_for(render).order_by("pk").values_list("pk", flat=True))
    return sum(_release_one(pk) for pk in waiting)


def use_rendition(rendition: Rendition) -> None:
    """A smaller video is there, or cannot be made: send what waits for it."""
    if rendition.render is not None:
        release(rendition.render)
    else:
        fitting.fit_waiting(rendition)


def release_all() -> int:
    """What no event released: the sweeper's part."""
    waiting = list(Message.objects.releasable().order_by("pk").values_list("pk", flat=True)[:500])
    return sum(_release_one(pk) for pk in waiting)


@transaction.atomic
def cancel_waiting(conversation: Conversation) -> int:
    """Cancel the videos a member waits for; a render that nobody else waits for is stopped. Returns how many."""
    # Everybody locks renders in the same order; without the lock, somebody who just asked for the same is not seen.
    waiting = list(conversation.messages().waiting().order_by("render_id", "pk"))
    cancelled = sum(cancel_one(message) for message in waiting)
    for message in waiting:
        progress.settle(message)
    return cancelled


@transaction.atomic
def recall(message: Message, *, cid: str = "") -> None:
    """Take back what was said to a member, and to all who got the same; a video that is being made is cancelled.

    Raises `ContentError` for what a member said, what was not sent, and what is more than 24 hours old.
    """
    if message.direction == Message.Direction.IN or (message.outbound is None and not cancel_one(message)):
        remedy = gettext("Only what was sent can be recalled.")
        raise ContentError(gettext("There is nothing to recall."), code="not_sent", field="message", remedy=remedy)
    if message.outbound is not None:
        channel.recall(message.outbound, cid=cid)
    progress.settle(message)


def cancel_one(message: Message) -> int:
    """Cancel a video that is waited for; how many messages that were."""
    render = Render.objects.select_for_update(of=("self",)).filter(messages=message).first()
    cancelled = Message.objects.filter(pk=message.pk).waiting().update(state=Message.State.CANCELLED)
    if cancelled and render is not None and not Message.objects.waiting_for(render).exists():
        avatars.cancel_render(render)
    return cancelled


@transaction.atomic
def fall_back(outbound: Outbound) -> None:
    """A video that could not be delivered goes out as text."""
    if outbound.msgtype not in CARRIERS or outbound.status == Outbound.Status.DONE:
        return
    if outbound.reason in OUT_OF_REACH:
        return
    ours = Message.objects.filter(outbound=outbound, degraded=False, render__isnull=False)
    for message in ours.select_related("content"):
        Message.objects.filter(pk=message.pk).update(degraded=True)
        conversation = conversation_of(message.application, message.member)
        with translation.override(conversation.language):
            said = say(conversation, _instead(message), cid=message.cid, degraded=True)
        # The card's end is that of what was said in its place.
        ProgressCard.objects.filter(message=message).update(message=said)


def _instead(message: Message) -> str:
    """The text in the place of a video, unless they had asked for it before."""
    if ProgressCard.objects.filter(message=message, text_given=True).exists():
        return wording.video_failed_text_given()
    return wording.video_failed(message.content.text)


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
    tell("messages", "said")
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


@transaction.atomic
def _release_one(pk: int) -> int:
    message = Message.objects.select_related("application__corporation", "member", "render__digital_human").get(pk=pk)
    conversation = conversation_of(message.application, message.member)
    if message.render is not None and fitting.is_under_way(message.render):
        return 0
    if not Message.objects.filter(pk=pk).waiting().update(state=Message.State.SENDING):
        return 0
    message.state = Message.State.SENDING
    with translation.override(conversation.language):
        _send_released(conversation, message)
    crash.point("message.releasing")
    return 1


def _send_released(conversation: Conversation, message: Message) -> None:
    render = message.render
    if render is not None and render.status == Render.Status.CANCELLED:
        message.state = Message.State.CANCELLED
        say(conversation, wording.video_cancelled(message.content.text), cid=message.cid)
    else:
        message.outbound = _send_video(message, render)
        if message.outbound is None:
            message.degraded = True
            text = _instead(message)
            message.outbound = channel.send_text(message.application, message.member, text, cid=message.cid)
    message.save(update_fields=["outbound", "state", "degraded"])
    progress.settle(message)
    logger.info("A message was released.", extra={"cid": message.cid, "degraded": message.degraded})


def _send_video(message: Message, render: Render | None) -> Outbound | None:
    """Queue the video of a message; None where there is none, or none any more."""
    if render is None or render.status != Render.Status.DONE or not render.video:
        return None
    title = wording.video_title(render)
    try:
        return channel.send_video(message.application, message.member, render, title=title, cid=message.cid)
    except (OSError, OutputError):
        # Its file is gone, or is not what was made. One message that raises here would hold up everybody whose turn
        # comes after it.
        logger.error("The file of a video cannot be sent.", extra={"cid": message.cid, "render": render.pk})
        return None
