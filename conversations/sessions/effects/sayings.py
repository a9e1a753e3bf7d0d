"""Sends the text of a step in its form: text, Markdown, a card, an article, a picture or a file."""

import logging

from conversations.delivery import messages
from conversations.flows import say_forms
from conversations.machine.effects import Form, Say
from conversations.models import Conversation, Desk
from core.exceptions import OpenUserError
from core.text.slot_values import is_blank
from wecom.contents import plain_text

logger = logging.getLogger(__name__)


def send(conversation: Conversation, say: Say, *, cid: str) -> None:
    """Send it; one that cannot be sent in its form, such as a missing file, is sent as its words."""
    if say.form == Form.TEXT:
        _say(conversation, say.text, cid=cid)
        return
    if say.form == Form.MARKDOWN and not Desk.objects.shows_cards(conversation.application):
        _say(conversation, plain_text(say.text), cid=cid)  # plain WeChat shows no Markdown
        return
    try:
        _send(conversation, say, cid)
    except (OpenUserError, OSError) as error:
        logger.warning("A step was said as text.", extra={"cid": cid, "form": say.form, "error": type(error).__name__})
        _say(conversation, say_forms.words_of(say), cid=cid)


def _send(conversation: Conversation, say: Say, cid: str) -> None:
    content = say_forms.content(say)
    if content is not None:
        messages.say_content(conversation, content, cid=cid)
        return
    messages.say_stored_file(conversation, say.form.value, say.file, cid=cid)
    _say(conversation, say.text, cid=cid)


def _say(conversation: Conversation, text: str, *, cid: str) -> None:
    if not is_blank(text):  # all its placeholders may be empty
        messages.say(conversation, text, cid=cid)
