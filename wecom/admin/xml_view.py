"""The XML of a callback as a tree that people can read."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.web.admin import NOTHING
from wecom.crypto import CryptoError
from wecom.messages.xml_tree import Node, parse


def tree(xml: str) -> str:
    """Every element with its content, and the original XML behind a click; any other text is shown unchanged."""
    if not xml:
        return NOTHING
    try:
        root = parse(xml.encode())
    except CryptoError:
        return format_html('<div class="ou-words">{}</div>', xml)
    raw = format_html('<details class="ou-raw"><summary>{}</summary><pre>{}</pre></details>', _("As it came"), xml)
    return format_html('<ul class="ou-tree">{}</ul>{}', _branches(root), raw)


def _branches(node: Node) -> SafeString:
    return format_html_join("", "<li>{}</li>", ((_branch(child),) for child in node.children))


def _branch(node: Node) -> SafeString:
    if node.children:
        return format_html("<b>{}</b><ul>{}</ul>", node.tag, _branches(node))
    return format_html("<b>{}</b> <span>{}</span>", node.tag, node.text)
