"""Reads callbacks, XML or JSON: the envelope, its message or event, and its identity. No framework.

Sources: https://developer.work.weixin.qq.com/document/path/90239 and /path/90240.
"""

import hashlib
import json
import re
from typing import NamedTuple

from wecom import platform_quirks
from wecom.crypto import CryptoError
from wecom.messages import approval_events, contact_events, events, json_tree
from wecom.messages.member_messages import Message, message
from wecom.messages.xml_tree import REFUSED, Common, Fields, Inbound, Node, parse

OTHERS: dict[str, events.Build] = {
    "change_contact": contact_events.change,
    "open_approval_change": approval_events.change,
}
CONTROLS = bytes(sorted(set(range(0x20)) - {0x09, 0x0A, 0x0D}))
HEAD = frozenset({"tousername", "fromusername", "createtime", "msgtype", "agentid"})
# The outer XML as the platform writes it, its AgentID on either side; anything that differs is left to the parser.
_AGENT = rb"(?:<AgentID><!\[CDATA\[([0-9]*)\]\]></AgentID>)?"
USUAL = re.compile(
    rb"<xml><ToUserName><!\[CDATA\[([A-Za-z0-9_@-]*)\]\]></ToUserName>"
    + _AGENT
    + rb"<Encrypt><!\[CDATA\[([^\]]+)\]\]></Encrypt>"
    + _AGENT
    + rb"</xml>"
)
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


class Envelope(NamedTuple):
    """The outer XML of a callback. `agent_id` is "" if the platform names no application."""

    to_user_name: str
    agent_id: str
    encrypted: str


def envelope(body: bytes) -> Envelope:
    """The envelope of a callback. Raises `CryptoError` -40002 unless it is well-formed and has exactly one Encrypt.

    XML, or JSON too where `Assumptions.json_callbacks` says so.
    """
    return _usual_envelope(body) or _any_envelope(body)


def _usual_envelope(body: bytes) -> Envelope | None:
    """Read by one expression, in a third of the time; None for all that the platform does not write exactly so."""
    match = USUAL.fullmatch(body)
    if match is None:
        return None
    to_user_name, before, encrypted, after = match.groups()
    if (before is not None and after is not None) or encrypted.translate(None, BASE64):
        return None
    return Envelope(to_user_name.decode(), (before or after or b"").decode(), encrypted.decode())


def _any_envelope(body: bytes) -> Envelope:
    as_json = _is_json(body)
    root = json_tree.parse(body) if as_json else parse(body)
    name = "encrypt" if as_json else "Encrypt"
    sealed = [child for child in root.children if child.tag == name]
    if len(sealed) != 1 or sealed[0].children or not (encrypted := sealed[0].text.strip()):
        raise CryptoError(REFUSED, "The body must have exactly one Encrypt.")
    fields = Fields(root)
    return Envelope(fields.word("ToUserName"), fields.word("AgentID"), encrypted)


def inbound(xml: bytes) -> Inbound:
    """The message or event in the plaintext. Raises `CryptoError` -40002 if malformed, or without type or sender."""
    tree = _tree(xml)
    fields = Fields(tree)
    common: Common = {
        "to_user_name": fields.word("ToUserName"),
        "from_user_id": fields.word("FromUserName").lower(),
        "created_at": fields.moment("CreateTime"),
        "agent_id": fields.whole("AgentID"),
        "kind": fields.word("MsgType").lower(),
        "tree": tree,
    }
    if not common["kind"] or not common["from_user_id"]:
        raise CryptoError(REFUSED, "The message lacks MsgType or FromUserName.")
    if common["kind"] == "event":
        return events.event(fields, common, OTHERS)
    return message(fields, common)


def identity(inbound: Inbound) -> str:
    """64 hex digits that are equal for a repeat and differ for any other action of a member.

    A message has a number, which is unique per member only. An event has none, and one member causes several in a
    second. So the digits depend on all its fields: else the second of two changes of a tag would be lost.
    """
    tree = inbound.tree
    number = inbound.message_id if isinstance(inbound, Message) else ""
    parts: list[object] = [inbound.kind, inbound.from_user_id, number, tree.word("CreateTime")]
    if not number:
        leaves = ((node.tag.lower(), node.text.strip()) for node in tree.walk() if not node.children)
        parts.append(sorted((tag, text) for tag, text in leaves if text and tag not in HEAD))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _tree(xml: bytes) -> Node:
    """People can paste characters that XML cannot hold: losing one is better than losing the message."""
    if _is_json(xml):
        return json_tree.parse(xml)
    try:
        return parse(xml)
    except CryptoError:
        cleaned = xml.translate(None, CONTROLS).replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
        if cleaned == xml:
            raise
        return parse(cleaned)


def _is_json(body: bytes) -> bool:
    return platform_quirks.current.json_callbacks and json_tree.is_json(body)
