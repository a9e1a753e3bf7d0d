"""The form of a step's message: Markdown, a card, an article, a picture or a file; and the problems of these."""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from conversations.flows.problems import Problem
from conversations.flows.translations import STORED
from conversations.machine.effects import Form, Say
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from wecom import contents
from wecom.exceptions import ContentError


def content(say: Say) -> contents.Content | None:
    """The message of Markdown, a card or an article; None for other forms. Raises `ContentError`."""
    if say.form == Form.MARKDOWN:
        return contents.Markdown(content=contents.to_markdown(say.text))
    if say.form == Form.CARD:
        return contents.TextCard(title=say.title, description=say.text, url=say.link)
    if say.form == Form.NEWS:
        article = contents.Article(title=say.title, description=say.text, url=say.link, picture_url=say.picture_url)
        return contents.News(articles=(article,))
    return None


def words_of(say: Say) -> str:
    """Its words as text."""
    return "\n".join(line for line in (say.title, say.text, say.link) if line.strip())


def problems(machine: Machine) -> Iterator[Problem]:
    """Problems of steps that send another form than text."""
    for node in machine.nodes:
        if node.form != Form.TEXT:
            yield from _problems(node)


def _problems(node: Node) -> Iterator[Problem]:
    form = Form(node.form)
    if form not in node.forms:
        words = _("A question is text or Markdown; a picture or file may go before it. Say a card in a step before it.")
        yield Problem(code="ask_form", state=node.name, words=words)
    elif form in STORED and not node.file:
        yield Problem(code="no_file", state=node.name, words=_("Its file is missing. Upload one."))
    elif form in STORED and not default_storage.exists(node.file):
        yield Problem(code="file_gone", state=node.name, words=_("Its file is not there any more. Upload it again."))
    elif node.text.strip() or form != Form.MARKDOWN:
        try:
            content(node.said())
        except ContentError as error:
            yield Problem(code="form_refused", state=node.name, words=str(error))
