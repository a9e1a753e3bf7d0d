"""Videos that a flow requests: of a text, or of a template or presentation filled from the slots."""

import logging
from typing import Any

from avatars.models import DigitalHuman
from conversations.delivery import messages
from conversations.flows import video_templates
from conversations.machine.effects import MakeVideo
from conversations.machine.notices import Notice
from conversations.machine.values import Machine
from conversations.models import Session
from conversations.videos import member_requests, video_messages
from conversations.wording import flow_texts

logger = logging.getLogger(__name__)


def request_video(session: Session, effect: MakeVideo, machine: Machine, *, cid: str) -> None:
    """Request the video of a state for the session's member, who is told how long it takes."""
    conversation = session.conversation
    if not video_templates.names_source(effect):
        human = DigitalHuman.objects.filter(pk=effect.digital_human).first() if effect.digital_human else None
        wish: dict[str, Any] = {"mode": effect.mode, "digital_human": human}
        member_requests.request_video(conversation, effect.text, by_flow=True, cid=cid, **wish)
        return
    source = video_templates.source_for(effect)
    if source is None:
        which = {"template": effect.template, "presentation": effect.presentation}
        logger.warning("The video template or presentation of a flow is gone.", extra={"cid": cid, **which})
        messages.say(conversation, flow_texts.notice(Notice.FAILED, machine.name), cid=cid)
        return
    language = machine.language if machine.translations else conversation.language
    script = video_templates.script_for(source, effect, machine, language=language)
    if script.missing:
        video_messages.say_script(conversation, script.text, why=video_messages.VALUE_MISSING, cid=cid)
        return
    member_requests.request_video(conversation, script.text, mode=effect.mode, script=script, by_flow=True, cid=cid)
