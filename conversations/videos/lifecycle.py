"""Videos that are said to people: promised, waited for, and sent; or what comes in their place (`ladder`)."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from avatars import services as avatars
from avatars.exceptions import ConsentError, OutputError
from avatars.models import Narration, Render, Rendition
from conversations import wording
from conversations.delivery import channel, video_form
from conversations.delivery.messages import conversation_of, say
from conversations.models import Conversation, Message, ProgressCard
from conversations.videos import fallbacks, progress_cards
from conversations.videos.fallbacks import Rung, Step
from core.work import crash_points
from wecom.exceptions import ContentError
from wecom.models import Outbound

logger = logging.getLogger(__name__)

OUT_OF_REACH = (Outbound.Reason.UNKNOWN, Outbound.Reason.RECIPIENT, Outbound.Reason.EXPIRED)
CARRIERS = ("video", "file", "textcard")  # the forms in which a video goes out


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
        video_form.fit_waiting(rendition)


def release_all(*, now: datetime | None = None) -> int:
    """What no event released: the sweeper's part."""
    now = now or timezone.now()
    waiting = Message.objects.releasable(now=now, margin=fallbacks.margin()).order_by("pk")
    return sum(_release_one(pk, now=now) for pk in list(waiting.values_list("pk", flat=True)[:500]))


def release_spoken(narration: Narration) -> int:
    """Words that were to come in the place of a video are spoken, or cannot be: send what waits for them."""
    waiting = list(Message.objects.waiting().filter(narration=narration).order_by("pk").values_list("pk", flat=True))
    return sum(_release_one(pk) for pk in waiting)


@transaction.atomic
def cancel_waiting(conversation: Conversation) -> int:
    """Cancel the videos a member waits for; a render that nobody else waits for is stopped. Returns how many."""
    # Everybody locks renders in the same order; without the lock, somebody who just asked for the same is not seen.
    waiting = list(conversation.messages().waiting().order_by("render_id", "pk"))
    cancelled = sum(cancel_one(message) for message in waiting)
    for message in waiting:
        progress_cards.settle(message)
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
    progress_cards.settle(message)


def cancel_one(message: Message) -> int:
    """Cancel a video that is waited for; how many messages that were."""
    render = Render.objects.select_for_update(of=("self",)).filter(messages=message).first()
    cancelled = Message.objects.filter(pk=message.pk).waiting().update(state=Message.State.CANCELLED)
    if cancelled:
        _stop(message, render)
    return cancelled


def _stop(message: Message, render: Render | None, reason: str = "cancelled") -> None:
    """Nobody makes what nobody waits for."""
    if render is not None and not Message.objects.waiting_for(render).exists():
        avatars.cancel_render(render, reason=reason)
    narration = message.narration
    if narration is not None and not Message.objects.waiting().filter(narration=narration).exists():
        avatars.cancel_narration(narration)


@transaction.atomic
def fall_back(outbound: Outbound) -> None:
    """A video that could not be delivered, or what was spoken in its place, goes out as text."""
    if outbound.msgtype not in (*CARRIERS, "voice") or outbound.status == Outbound.Status.DONE:
        return
    ours = Message.objects.with_part(outbound).filter(render__isnull=False).exclude(reason=Message.Reason.TEXT)
    for message in ours.select_related("content", "render__digital_human__voice", "narration__digital_human__voice"):
        # Its time was that of the consent: the video may not go out any more, but its words may.
        over = _forbidden(message) if outbound.reason == Outbound.Reason.EXPIRED else ""
        if outbound.reason in OUT_OF_REACH and not over:
            continue
        message.why = over or message.why or "undeliverable"
        fields = {"degraded": True, "reason": Message.Reason.TEXT, "why": message.why}
        Message.objects.filter(pk=message.pk).update(**fields)
        conversation = conversation_of(message.application, message.member)
        with translation.override(conversation.language):
            said = say(conversation, _instead(message), cid=message.cid, degraded=True)
        # The card's end is that of what was said in its place.
        ProgressCard.objects.filter(message=message).update(message=said)


def _forbidden(message: Message) -> str:
    """Why what went out for a message may not be shown or heard (any more); nothing where it may."""
    spoken = message.narration if message.reason == Message.Reason.VOICE else message.render
    try:
        if spoken is not None:
            avatars.check_consent(spoken)
    except ConsentError as error:
        return error.code
    return ""


def _instead(message: Message) -> str:
    """The text in the place of a video, unless they had asked for it before."""
    if avatars.is_consent_reason(message.why):
        return wording.video_not_allowed(message.content.text)
    if ProgressCard.objects.filter(message=message, text_given=True).exists():
        return wording.video_failed_text_given()
    if message.why == fallbacks.DEADLINE:
        return wording.video_late(message.content.text)
    return wording.video_failed(message.content.text)


@transaction.atomic
def _release_one(pk: int, *, now: datetime | None = None) -> int:
    found = Message.objects.select_related(
        "application__corporation", "member", "render__digital_human", "narration", "content"
    )
    message = found.get(pk=pk)
    conversation = conversation_of(message.application, message.member)
    if not Message.objects.filter(pk=pk).waiting().exists():
        return 0
    step = fallbacks.step(message, now=now or timezone.now())
    if step.rung is Rung.WAIT:
        return 0
    Message.objects.filter(pk=pk).update(state=Message.State.SENDING)
    message.state = Message.State.SENDING
    with translation.override(conversation.language):
        _send_released(conversation, message, step)
    crash_points.point("message.releasing")
    return 1


def _send_released(conversation: Conversation, message: Message, step: Step) -> None:
    if step.rung is Rung.NOTHING:
        message.state = Message.State.CANCELLED
        say(conversation, wording.video_cancelled(message.content.text), cid=message.cid)
    elif step.rung is not Rung.VIDEO or not _send_video(message):
        _send_instead(conversation, message, step)
    message.save(update_fields=["outbound", "state", "degraded", "reason", "why"])
    progress_cards.settle(message)
    logger.info("A message was released.", extra={"cid": message.cid, "rung": message.reason or step.rung.value})


def _send_video(message: Message) -> bool:
    """Queue the video of a message; False where it is gone, or may not be shown any more."""
    render = message.render
    assert render is not None
    title = wording.video_asked_for(render) if message.asked else wording.video_title(render)
    try:
        avatars.check_consent(render, locked=True)
        message.outbound = channel.send_video(message.application, message.member, render, title=title, cid=message.cid)
    except (OSError, OutputError):
        # Its file is gone, or is not what was made. One message that raises here would hold up everybody whose turn
        # comes after it.
        logger.error("The file of a video cannot be sent.", extra={"cid": message.cid, "render": render.pk})
        return False
    except ConsentError as error:
        logger.warning("A video may not be shown.", extra={"cid": message.cid, "code": error.code})
        message.why = error.code
        return False
    return True


def _may_be_heard(message: Message, narration: Narration) -> bool:
    """Whether the person from whom a voice is cloned still agrees; the message says why not."""
    try:
        avatars.check_consent(narration, locked=True)
    except ConsentError as error:
        logger.warning("A voice may not be heard.", extra={"cid": message.cid, "code": error.code})
        message.why = error.code
        return False
    return True


def _send_instead(conversation: Conversation, message: Message, step: Step) -> None:
    """Queue the words of a video, spoken or written; and stop the video, where it goes on being made for nobody."""
    message.degraded, message.why = True, message.why or (step.why or fallbacks.GONE)[:40]
    narration = message.narration
    if step.rung is Rung.VOICE and narration is not None and _may_be_heard(message, narration):
        say(
            conversation,
            wording.voice_instead(message.content.text, late=step.why == fallbacks.DEADLINE),
            cid=message.cid,
        )
        try:
            message.outbound = channel.send_narration(message.application, message.member, narration, cid=message.cid)
            message.reason = Message.Reason.VOICE
        except OSError:
            logger.error("A recording cannot be read.", extra={"cid": message.cid, "narration": narration.pk})
    if message.reason != Message.Reason.VOICE:
        message.reason = Message.Reason.TEXT
        text = _instead(message)
        message.outbound = channel.send_text(message.application, message.member, text, cid=message.cid)
    render = Render.objects.select_for_update(of=("self",)).filter(messages=message).first()
    if render is not None and not render.is_finished:
        _stop(message, render, reason="late")
