"""A flow's video by a template: made with what is in the slots, or written where a value is missing."""

import logging

from avatars import services as avatars
from avatars.exceptions import ScriptError
from conversations import making, promises, saying, templating, wording
from conversations.machine import Film, Machine, Notice
from conversations.models import Conversation

logger = logging.getLogger(__name__)


def film(flow: str, conversation: Conversation, film: Film, machine: Machine, *, cid: str) -> None:
    """Have the video of a template made for a member, and say how long it takes; `flow` is the flow's name."""
    template = templating.template_of(film)
    if template is None:
        logger.warning("The video template of a flow is gone.", extra={"cid": cid, "template": film.template})
        saying.say(conversation, wording.notice(Notice.FAILED, flow), cid=cid)
        return
    found = avatars.personalise(template, film.values, facts=film.slots, slots=machine.slots)
    if found.missing:
        promises.write(conversation, found.text, why=promises.VALUE_MISSING, cid=cid)
        return
    try:
        making.make_video(conversation, found.text, mode=film.mode, template=template, cid=cid)
    except ScriptError as error:
        saying.say(conversation, making.refusal(error, found.text), cid=cid)
