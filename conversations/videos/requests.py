"""Videos that are promised to people, by words or by a template whose values differ from person to person."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from avatars import services as avatars
from avatars.exceptions import ConsentError
from avatars.models import Consent, DigitalHuman, Render, RenderTemplate
from conversations import wording
from conversations.delivery import messages
from conversations.models import Content, Conversation, Message
from conversations.videos import fallbacks, lifecycle
from core.live_updates import publish_change
from core.text.slot_values import Slot

logger = logging.getLogger(__name__)

VALUE_MISSING = "variable_missing"


@transaction.atomic
def say_video(
    conversation: Conversation,
    text: str,
    *,
    mode: str = "",
    digital_human: DigitalHuman | None = None,
    template: RenderTemplate | None = None,
    spliced: bool | None = None,
    deadline: datetime | None = None,
    asked: bool = False,
    purpose: str = Consent.Purpose.CHAT,
    strict: bool = False,
    cid: str,
) -> Message:
    """Say text to a member as a video, of the desk's digital human unless another is named, or of a template's.

    The message waits until it is made. Where it cannot be made, or not by the deadline, its words go out spoken, else
    written. `asked` is for what they asked for themselves: what they get says so, and it counts for their quota.

    Where the person in the photograph has not agreed to that `purpose`, one of `Consent.Purpose`, it is written at once
    (and has no `render`). Raises `ScriptError` for a script that cannot become a video, `QuotaExceeded` for one too
    many of theirs; `ConsentError` if `strict`.
    """
    human = template.digital_human if template else digital_human or messages.digital_human_of(conversation.application)
    priority = avatars.CAMPAIGN if purpose == Consent.Purpose.CAMPAIGN else avatars.CHAT
    wishes: dict[str, Any] = {"mode": mode, "purpose": purpose, "priority": priority, "cid": cid}
    if template:
        wishes |= {"template": template, "spliced": spliced}
    if asked:
        wishes["requester"] = f"member:{conversation.member_id}"
    try:
        render = _render_to_wait_for(human, text, **wishes)
    except ConsentError as error:
        if strict:
            raise
        return write(conversation, text, why=error.code, cid=cid)
    publish_change("messages", "promised")
    message = Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=Message.Direction.OUT,
        state=Message.State.WAITING,
        content=Content.objects.create(kind=Content.Kind.VIDEO, text=render.text),
        render=render,
        deadline_at=deadline or fallbacks.deadline(render, now=timezone.now()),
        asked=asked,
        cid=cid,
    )
    # Made already, or finished while this was being written: nobody else would release it before the sweeper.
    transaction.on_commit(lambda: lifecycle.release(render), robust=True)
    return message


@transaction.atomic
def say_template(
    conversation: Conversation,
    template: RenderTemplate,
    values: Mapping[str, str],
    *,
    facts: Mapping[str, str],
    slots: Mapping[str, Slot],
    cid: str,
    **wishes: Any,
) -> tuple[Message, avatars.PersonalScript]:
    """Say a video template to a member of whom `facts` are known; `values` may show them, like {{name}}.

    Where a value is not known its default is said; where the template requires it the words are written instead, and
    the message says why. `wishes` are those of `say_video`, which raises as that does.
    """
    found = avatars.personalise(template, values, facts=facts, slots=slots)
    if found.missing:
        return write(conversation, found.text, why=VALUE_MISSING, cid=cid), found
    return say_video(conversation, found.text, template=template, cid=cid, **wishes), found


@transaction.atomic
def write(conversation: Conversation, text: str, *, why: str, cid: str) -> Message:
    """The words of a video that is not made; `why` is the code of the reason."""
    logger.warning("A video is not made.", extra={"cid": cid, "code": why})
    words = wording.video_not_allowed if avatars.is_consent_reason(why) else wording.video_failed
    message = messages.say(conversation, words(text), cid=cid, degraded=True)
    message.reason, message.why = Message.Reason.TEXT, why
    message.save(update_fields=["reason", "why"])
    return message


def _render_to_wait_for(digital_human: DigitalHuman, text: str, **wishes: Any) -> Render:
    """A render that is locked, so that whoever shares it cannot cancel it before our message is seen to wait."""
    while True:
        render = avatars.request_render(digital_human, text, **wishes)
        render = Render.objects.select_for_update(of=("self",)).get(pk=render.pk)
        if render.status != Render.Status.CANCELLED:
            return render
