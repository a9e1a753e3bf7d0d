"""The wire format of callbacks: XML as the platform writes it, sealed and signed with an application's keys.

Source: https://developer.work.weixin.qq.com/document/path/90930 and 90968. The platform's sample libraries know JSON
too (https://github.com/workweixin/weworkapi_golang, json_callback): small letters outside, the names of XML inside.
"""

import json
import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError, SubElement

from defusedxml.ElementTree import fromstring

from wecom.crypto import Keys, seal, sign
from wecom.emulator.models import App

Field = tuple[str, "str | int | float | Sequence[Field]"]
XML = App.Format.XML
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not allowed in XML 1.0


def with_query(url: str, query: str) -> str:
    """The callback URL may have a query of its own."""
    return f"{url}{'&' if '?' in url else '?'}{query}"


def keys(app: App) -> Keys:
    """The secrets of the application's callback form."""
    return Keys.parse(token=app.token, encoding_aes_key=app.aes_key, receive_id=app.corp.corp_id)


def envelope(app: App, plain: str, *, timestamp: int, tamper: str = "") -> tuple[str, str]:
    """The query string and the outer XML, or the JSON in its place."""
    own = keys(app)
    sealing = Keys(
        token=own.token,
        aes_key=secrets.token_bytes(32) if tamper == "key" else own.aes_key,
        receive_id="ww-of-somebody-else" if tamper == "corp" else own.receive_id,
    )
    sealed = seal(sealing, plain.encode())
    nonce = str(secrets.randbelow(9 * 10**9) + 10**9)
    signature = sign(own.token, str(timestamp), nonce, sealed)
    if tamper == "signature":
        signature = signature[::-1]
    query = urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce})
    outer: list[Field] = [("ToUserName", app.corp.corp_id), ("Encrypt", sealed)]
    if app.agent_id != App.ASSISTANT:
        outer.append(("AgentID", str(app.agent_id)))
    body = element("xml", outer) if app.callback_format == XML else _object((name.lower(), one) for name, one in outer)
    return query, body[: len(body) // 2] if tamper == "body" else body


def written(app: App, fields: Sequence[Field]) -> str:
    """What a callback says, as the application wants it."""
    return element("xml", fields) if app.callback_format == XML else _object(fields)


def read(text: str | bytes) -> Element:
    """What was written either way, as a tree. Raises `ParseError`."""
    if text.lstrip()[:1] not in {"{", b"{"}:
        tree: Element = fromstring(text, forbid_dtd=True)
        return tree
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ParseError(str(error)) from error
    root = Element("xml")
    _grow(root, value)
    return root


def _grow(node: Element, value: Any) -> None:
    """An object's members are elements; a list is an element that is repeated."""
    if isinstance(value, dict):
        for name, inside in value.items():
            for one in inside if isinstance(inside, list) else [inside]:
                _grow(SubElement(node, str(name)), one)
    elif value is not None:
        node.text = str(value).lower() if isinstance(value, bool) else str(value)


def _object(fields: Iterable[Field]) -> str:
    return json.dumps(_members(fields), ensure_ascii=False, separators=(",", ":"))


def _members(fields: Iterable[Field]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in fields:
        one = value if isinstance(value, str | int | float) else _members(value)
        known = members.get(name)
        members[name] = one if known is None else [*(known if isinstance(known, list) else [known]), one]
    return members


def element(name: str, value: "str | int | float | Sequence[Field]") -> str:
    """XML as the platform writes it: text in CDATA, numbers bare, children in order."""
    if isinstance(value, str):
        text = UNWRITABLE.sub("", value).replace("]]>", "]]]]><![CDATA[>")
        return f"<{name}><![CDATA[{text}]]></{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    return f"<{name}>{''.join(element(*child) for child in value)}</{name}>"
