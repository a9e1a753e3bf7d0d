"""Messages that wait for a video: of a text, or of a template or presentation with values for each member."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from avatars import services as avatars
from avatars.exceptions import ConsentError, MediaError, ScriptError
from avatars.models import Consent, DigitalHuman
from conversations.delivery import causes, channel, messages
from conversations.models import Content, Conversation, Desk, Message
from conversations.preferences.preference_choices import prefers_text
from conversations.videos import lifecycle, text_instead_of_video
from conversations.wording import video_texts
from core.live_updates import publish_change
from core.text.slot_values import Slot
from wecom.models import Application

logger = logging.getLogger(__name__)

VALUE_MISSING = "variable_missing"


@transaction.atomic
def say_video(
    conversation: Conversation,
    text: str,
    *,
    mode: str = "",
    digital_human: DigitalHuman | None = None,
    script: avatars.PersonalScript | None = None,
    spliced: bool | None = None,
    deadline: datetime | None = None,
    asked: bool = False,
    insists: bool = False,
    purpose: str = Consent.Purpose.CHAT,
    strict: bool = False,
    cid: str,
) -> Message:
    """Send text to a member as a video, by default of the application's digital human; the message that waits for it.

    A `script` of a template or presentation says who speaks, and its text is `text`. If the video fails or misses the
    deadline, the text is sent as voice messages, or as text. `asked` marks a member's own request: the video's title
    says so, and it counts towards the quota. A member who has chosen text instead of videos gets the text, and the
    message has no `render`, unless the member `insists` on this video.

    Without a consent to this `purpose` (`Consent.Purpose`), or where the look replaces the background of a portrait
    video, the script is sent as text at once, and the message has no `render`; if `strict`, `ConsentError` or
    `MediaError` is raised. Raises `ScriptError` for a script that cannot be rendered, `QuotaExceeded` if the member's
    quota is used up.
    """
    if not insists and prefers_text(conversation.member):
        return say_chosen_text(conversation, text, cid=cid)
    priority = avatars.CAMPAIGN if purpose == Consent.Purpose.CAMPAIGN else avatars.CHAT
    options: dict[str, Any] = {"mode": mode, "purpose": purpose, "priority": priority, "cid": cid}
    options["ends_unwanted"] = True
    if asked:
        options["requester"] = f"member:{conversation.member_id}"
    try:
        # Locked, so that a member who shares it cannot cancel it before our message waits for it.
        if script:
            render = avatars.request_personal_render(script, spliced=spliced, **options)
        else:
            human = digital_human or digital_human_of(conversation.application)
            render = avatars.request_render(human, text, **options)
    except (ConsentError, MediaError) as error:
        if strict:
            raise
        return say_script(conversation, text, why=error.code, cid=cid)
    publish_change("messages", "promised")
    message = Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=Message.Direction.OUT,
        state=Message.State.WAITING,
        content=Content.objects.create(kind=Content.Kind.VIDEO, text=render.shown_text),
        render=render,
        deadline_at=deadline or text_instead_of_video.deadline_for(render, now=timezone.now()),
        asked=asked,
        cause=causes.current(),
        cid=cid,
    )
    if render.is_finished:  # any other one is locked, and finds the message when it ends
        transaction.on_commit(lambda: lifecycle.release(render), robust=True)
    return message


@transaction.atomic
def say_personal(
    conversation: Conversation,
    source: avatars.VideoSource,
    values: Mapping[str, str],
    *,
    facts: Mapping[str, str],
    slots: Mapping[str, Slot],
    cid: str,
    **options: Any,
) -> tuple[Message, avatars.PersonalScript]:
    """Send a template or presentation to a member; `values` may use the `facts` about them, like {{name}}.

    A presentation speaks the member's language where it has it. An unknown value is replaced by its default. If the
    source requires it, the script is sent as text, with the reason in the message. Takes the `options` of `say_video`,
    and raises the same errors.
    """
    personal = avatars.personalise(source, values, facts=facts, slots=slots, language=conversation.language)
    if personal.missing:
        return say_script(conversation, personal.text, why=VALUE_MISSING, cid=cid), personal
    return say_video(conversation, personal.text, script=personal, cid=cid, **options), personal


@transaction.atomic
def say_script(conversation: Conversation, text: str, *, why: str, cid: str) -> Message:
    """Send the script of a video that is not rendered as text; `why` is the code of the reason."""
    logger.warning("A video is not made.", extra={"cid": cid, "code": why})
    words = video_texts.video_not_allowed if avatars.is_consent_reason(why) else video_texts.video_failed
    message = messages.say(conversation, words(avatars.plain_script(text)), cid=cid, degraded=True)
    message.reason, message.why = Message.Reason.TEXT, why
    message.save(update_fields=["reason", "why"])
    return message


@transaction.atomic
def say_chosen_text(conversation: Conversation, text: str, *, cid: str) -> Message:
    """Send the script of a video as text to a member who has chosen that."""
    message = messages.say(conversation, avatars.plain_script(text), cid=cid)
    message.reason = Message.Reason.CHOSEN
    message.save(update_fields=["reason"])
    return message


def digital_human_of(application: Application | None) -> DigitalHuman:
    """The digital human of an application, of the default one if none is named.

    Raises `ScriptError` if the application has none, `NotConfigured` if there is no default application.
    """
    desk = Desk.objects.of(application or channel.current_application())
    if desk is None:
        raise ScriptError("No digital human is at this desk.", code="no_desk", remedy="Choose one in the admin.")
    return desk.digital_human
