"""Videos that a flow requests: of a text, or of a template filled from the slots."""

import logging

from avatars import services as avatars
from avatars.models import DigitalHuman
from conversations.delivery import messages
from conversations.flows import video_templates
from conversations.machine.values import Machine, MakeVideo, Notice
from conversations.models import Session
from conversations.videos import member_requests, video_messages
from conversations.wording import flow_texts

logger = logging.getLogger(__name__)


def request_video(session: Session, effect: MakeVideo, machine: Machine, *, cid: str) -> None:
    """Request the video of a state for the session's member, who is told how long it takes."""
    conversation = session.conversation
    if effect.template is None:
        human = DigitalHuman.objects.filter(pk=effect.digital_human).first() if effect.digital_human else None
        member_requests.request_video(conversation, effect.text, mode=effect.mode, digital_human=human, cid=cid)
        return
    template = video_templates.template_for(effect)
    if template is None:
        logger.warning("The video template of a flow is gone.", extra={"cid": cid, "template": effect.template})
        messages.say(conversation, flow_texts.notice(Notice.FAILED, session.version.flow.name), cid=cid)
        return
    found = avatars.personalise(template, effect.values, facts=effect.slots, slots=machine.slots)
    if found.missing:
        video_messages.say_script(conversation, found.text, why=video_messages.VALUE_MISSING, cid=cid)
        return
    member_requests.request_video(conversation, found.text, mode=effect.mode, template=template, cid=cid)
