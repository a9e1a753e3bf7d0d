"""A flow's video by a template: made with what is in the slots, or written where a value is missing."""

import logging

from avatars import services as avatars
from avatars.exceptions import ScriptError
from conversations import wording
from conversations.delivery import messages
from conversations.flows import video_templates
from conversations.machine.values import Film, Machine, Notice
from conversations.models import Conversation
from conversations.videos import member_requests, requests

logger = logging.getLogger(__name__)


def film(flow: str, conversation: Conversation, film: Film, machine: Machine, *, cid: str) -> None:
    """Have the video of a template made for a member, and say how long it takes; `flow` is the flow's name."""
    template = video_templates.template_of(film)
    if template is None:
        logger.warning("The video template of a flow is gone.", extra={"cid": cid, "template": film.template})
        messages.say(conversation, wording.notice(Notice.FAILED, flow), cid=cid)
        return
    found = avatars.personalise(template, film.values, facts=film.slots, slots=machine.slots)
    if found.missing:
        requests.write(conversation, found.text, why=requests.VALUE_MISSING, cid=cid)
        return
    try:
        member_requests.make_video(conversation, found.text, mode=film.mode, template=template, cid=cid)
    except ScriptError as error:
        messages.say(conversation, member_requests.refusal(error, found.text), cid=cid)
