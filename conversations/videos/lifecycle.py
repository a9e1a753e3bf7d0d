"""The end of a video's wait: it is released to its members, replaced by a fallback, cancelled or recalled."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from avatars import services as avatars
from avatars.exceptions import ConsentError, OutputError
from avatars.models import Narration, Render, Rendition
from conversations.delivery import messages, video_delivery
from conversations.models import Conversation, Message, ProgressCard
from conversations.videos import progress_cards, text_instead_of_video
from conversations.videos.text_instead_of_video import Decision, Fallback
from conversations.wording import video_texts
from core.work import crash_points
from wecom.exceptions import ContentError
from wecom.models import Outbound

logger = logging.getLogger(__name__)

CARRIERS = ("video", "file", "textcard")  # the forms in which a video goes out


def release(render: Render) -> int:
    """Send the messages that wait for a finished render; how many.

    By state, not by event: a second call does nothing.
    """
    if Render.objects.filter(pk=render.pk, status__in=Render.UNFINISHED).exists():
        return 0
    waiting = list(Message.objects.waiting_for(render).order_by("pk").values_list("pk", flat=True))
    return sum(_release_one(pk) for pk in waiting)


def release_rendition(rendition: Rendition) -> None:
    """Send the messages and uploads that wait for a compressed video, which has ended."""
    if rendition.render is not None:
        release(rendition.render)
    else:
        video_delivery.settle_uploads(rendition)


def release_all(*, now: datetime | None = None) -> int:
    """Send the waiting messages that no event released, and cancel the renders that no message waits for; called by the
    sweeper.
    """
    now = now or timezone.now()
    waiting = Message.objects.releasable(now=now, margin=text_instead_of_video.narration_time()).order_by("pk")
    count = sum(_release_one(pk, now=now) for pk in list(waiting.values_list("pk", flat=True)[:500]))
    avatars.cancel_all_unwanted()
    return count


def release_narration(narration: Narration) -> int:
    """Send the messages that wait for a narration, which has ended; how many."""
    waiting = list(Message.objects.waiting().filter(narration=narration).order_by("pk").values_list("pk", flat=True))
    return sum(_release_one(pk) for pk in waiting)


@transaction.atomic
def cancel_waiting(conversation: Conversation) -> int:
    """Cancel the videos that a member waits for; how many. A render without other recipients is cancelled too."""
    # Renders are locked in one order everywhere. Without the lock a simultaneous request for the same is missed.
    waiting = list(conversation.messages().waiting().order_by("render_id", "pk"))
    cancelled = sum(cancel_message(message) for message in waiting)
    for message in waiting:
        progress_cards.show_end(message)
    return cancelled


@transaction.atomic
def recall(message: Message, *, cid: str = "") -> None:
    """Recall a message for all its recipients, or cancel the video that it waits for.

    Raises `ContentError` for messages from members, unsent ones, and those older than 24 hours.
    """
    if message.direction == Message.Direction.IN or (message.outbound is None and not cancel_message(message)):
        remedy = gettext("Only what was sent can be recalled.")
        raise ContentError(gettext("There is nothing to recall."), code="not_sent", field="message", remedy=remedy)
    if message.outbound is not None:
        messages.recall(message.outbound, cid=cid)
    progress_cards.show_end(message)


def cancel_message(message: Message) -> int:
    """Cancel a message that waits for its video; 1, or 0 if it does not wait."""
    render = Render.objects.select_for_update(of=("self",)).filter(messages=message).first()
    cancelled = Message.objects.filter(pk=message.pk).waiting().update(state=Message.State.CANCELLED)
    if cancelled:
        _cancel_unneeded(message, render)
    return cancelled


def _cancel_unneeded(message: Message, render: Render | None, reason: str = "cancelled") -> None:
    """Cancel the render and the narration of a message unless others wait for them."""
    if render is not None:
        avatars.end_unwanted(render, reason=reason)
    if message.narration is not None:
        avatars.cancel_unwanted(Narration, Narration.objects.filter(pk=message.narration.pk))


@transaction.atomic(savepoint=False)
def follow_up(outbounds: Sequence[Outbound]) -> None:
    """Act on settled messages: send text for videos that could not be delivered, and update their progress cards."""
    for outbound in outbounds:
        fall_back(outbound)
    progress_cards.follow_up(outbounds)


@transaction.atomic(savepoint=False)
def fall_back(outbound: Outbound) -> None:
    """Send the script as text, if a video or narration could not be delivered."""
    if outbound.msgtype not in (*CARRIERS, "voice") or outbound.status == Outbound.Status.DONE:
        return
    ours = Message.objects.with_part(outbound).filter(render__isnull=False).exclude(reason=Message.Reason.TEXT)
    for message in ours.select_related("content", "render__digital_human__voice", "narration__digital_human__voice"):
        # It expired with the consent: the video may not be sent any more, but the text may.
        over = _consent_problem(message) if outbound.reason == Outbound.Reason.EXPIRED else ""
        if outbound.reason in messages.UNREACHABLE and not over:
            continue
        message.why = over or message.why or "undeliverable"
        fields = {"degraded": True, "reason": Message.Reason.TEXT, "why": message.why}
        Message.objects.filter(pk=message.pk).update(**fields)
        conversation = Conversation.objects.locked(message.application, message.member)
        with translation.override(conversation.language):
            said = messages.say(conversation, _replacement_text(message), cid=message.cid, degraded=True)
        # The card shows the delivery of the text.
        ProgressCard.objects.filter(message=message).update(message=said)


def _consent_problem(message: Message) -> str:
    """The code of the reason why a face or a voice may not be shown or heard (any more); "" if it may."""
    spoken = message.narration if message.reason == Message.Reason.VOICE else message.render
    try:
        if spoken is not None:
            avatars.check_consent(spoken)
    except ConsentError as error:
        return error.code
    return ""


def _replacement_text(message: Message) -> str:
    """The text that replaces a video; without the script if the member has that already."""
    if avatars.is_consent_reason(message.why):
        return video_texts.video_not_allowed(message.content.text)
    if ProgressCard.objects.filter(message=message, text_given=True).exists():
        return video_texts.video_failed_text_given()
    if message.why == text_instead_of_video.DEADLINE:
        return video_texts.video_late(message.content.text)
    return video_texts.video_failed(message.content.text)


@transaction.atomic
def _release_one(pk: int, *, now: datetime | None = None) -> int:
    found = Message.objects.select_related(
        "application__corporation", "member", "render__digital_human", "narration", "content"
    )
    message = found.get(pk=pk)
    conversation = Conversation.objects.locked(message.application, message.member)
    if not Message.objects.filter(pk=pk).waiting().exists():
        return 0
    decision = text_instead_of_video.decide(message, now=now or timezone.now())
    if decision.fallback is Fallback.WAIT:
        return 0
    Message.objects.filter(pk=pk).update(state=Message.State.SENDING)
    message.state = Message.State.SENDING
    with translation.override(conversation.language):
        _send_released(conversation, message, decision)
    crash_points.point("message.releasing")
    return 1


def _send_released(conversation: Conversation, message: Message, decision: Decision) -> None:
    if decision.fallback is Fallback.NOTHING:
        message.state = Message.State.CANCELLED
        messages.say(conversation, video_texts.video_cancelled(message.content.text), cid=message.cid)
    elif decision.fallback is Fallback.CHOSEN:
        _send_chosen_text(message)
    elif decision.fallback is not Fallback.VIDEO or not _send_video(message):
        _send_replacement(conversation, message, decision)
    message.save(update_fields=["outbound", "state", "degraded", "reason", "why"])
    progress_cards.show_end(message)
    logger.info(
        "A message was released.", extra={"cid": message.cid, "rung": message.reason or decision.fallback.value}
    )


def _send_video(message: Message) -> bool:
    """Queue the video of a message; False if its file is missing or it may not be shown any more."""
    render = message.render
    assert render is not None
    title = video_texts.video_asked_for(render) if message.asked else video_texts.video_title(render)
    try:
        avatars.check_consent(render, locked=True)
        message.outbound = messages.send_video(
            message.application, message.member, render, title=title, cid=message.cid
        )
    except (OSError, OutputError):
        # The file is missing or was changed. Raising here would block all messages behind this one.
        logger.error("The file of a video cannot be sent.", extra={"cid": message.cid, "render": render.pk})
        return False
    except ConsentError as error:
        logger.warning("A video may not be shown.", extra={"cid": message.cid, "code": error.code})
        message.why = error.code
        return False
    return True


def _send_chosen_text(message: Message) -> None:
    """Queue the words of a video for a member who has chosen to read them since it was promised."""
    words = avatars.plain_script(message.content.text)
    message.reason = Message.Reason.CHOSEN
    message.outbound = messages.send_text(message.application, message.member, words, cid=message.cid)
    _end_unneeded_render(message, "cancelled")


def _may_be_heard(message: Message, narration: Narration) -> bool:
    """Whether the consent for a cloned voice still holds; if not, the message gets the reason."""
    try:
        avatars.check_consent(narration, locked=True)
    except ConsentError as error:
        logger.warning("A voice may not be heard.", extra={"cid": message.cid, "code": error.code})
        message.why = error.code
        return False
    return True


def _send_replacement(conversation: Conversation, message: Message, decision: Decision) -> None:
    """Queue the script of a video as narration or text, and cancel the render if no other message waits for it."""
    message.degraded, message.why = True, message.why or (decision.why or text_instead_of_video.GONE)[:40]
    narration = message.narration
    if decision.fallback is Fallback.VOICE and narration is not None and _may_be_heard(message, narration):
        messages.say(
            conversation,
            video_texts.voice_instead(message.content.text, late=decision.why == text_instead_of_video.DEADLINE),
            cid=message.cid,
        )
        try:
            message.outbound = messages.send_narration(message.application, message.member, narration, cid=message.cid)
            message.reason = Message.Reason.VOICE
        except OSError:
            logger.error("A recording cannot be read.", extra={"cid": message.cid, "narration": narration.pk})
    if message.reason != Message.Reason.VOICE:
        message.reason = Message.Reason.TEXT
        text = _replacement_text(message)
        message.outbound = messages.send_text(message.application, message.member, text, cid=message.cid)
    _end_unneeded_render(message, "late")


def _end_unneeded_render(message: Message, reason: str) -> None:
    _cancel_unneeded(message, Render.objects.select_for_update(of=("self",)).filter(messages=message).first(), reason)
