"""The format of callbacks: XML as the platform writes it, or JSON; encrypted and signed with the application's keys.

Source: https://developer.work.weixin.qq.com/document/path/90930 and 90968. JSON is known from the platform's sample
libraries (https://github.com/workweixin/weworkapi_golang, json_callback), with lower-case names outside.
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
ILLEGAL_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def with_query(url: str, query: str) -> str:
    """The URL with the query appended; it may have one already."""
    return f"{url}{'&' if '?' in url else '?'}{query}"


def keys_of(app: App) -> Keys:
    """The token, key and company ID of the application's callback form."""
    return Keys.parse(token=app.token, encoding_aes_key=app.aes_key, receive_id=app.corp.corp_id)


def encrypt(app: App, plain: str, *, timestamp: int, tamper: str = "") -> tuple[str, str]:
    """The query string with the signature, and the encrypted body. `tamper` makes one of them invalid."""
    keys = keys_of(app)
    used_keys = Keys(
        token=keys.token,
        aes_key=secrets.token_bytes(32) if tamper == "key" else keys.aes_key,
        receive_id="ww-of-another-company" if tamper == "corp" else keys.receive_id,
    )
    encrypted = seal(used_keys, plain.encode())
    nonce = str(secrets.randbelow(9 * 10**9) + 10**9)
    signature = sign(keys.token, str(timestamp), nonce, encrypted)
    if tamper == "signature":
        signature = signature[::-1]
    query = urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce})
    outer: list[Field] = [("ToUserName", app.corp.corp_id), ("Encrypt", encrypted)]
    if app.agent_id != App.ASSISTANT:
        outer.append(("AgentID", str(app.agent_id)))
    lower_case = ((name.lower(), value) for name, value in outer)
    body = _to_xml("xml", outer) if app.callback_format == XML else _to_json(lower_case)
    return query, body[: len(body) // 2] if tamper == "body" else body


def serialize(app: App, fields: Sequence[Field]) -> str:
    """The fields as XML or JSON, as the application's callback format demands."""
    return _to_xml("xml", fields) if app.callback_format == XML else _to_json(fields)


def parse(text: str | bytes) -> Element:
    """XML or JSON as a tree of elements. Raises `ParseError`."""
    if text.lstrip()[:1] not in {"{", b"{"}:
        tree: Element = fromstring(text, forbid_dtd=True)
        return tree
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ParseError(str(error)) from error
    root = Element("xml")
    _append(root, value)
    return root


def _append(node: Element, value: Any) -> None:
    """Members of an object become elements, a list becomes a repeated element."""
    if isinstance(value, dict):
        for name, inside in value.items():
            for item in inside if isinstance(inside, list) else [inside]:
                _append(SubElement(node, str(name)), item)
    elif value is not None:
        node.text = str(value).lower() if isinstance(value, bool) else str(value)


def _to_json(fields: Iterable[Field]) -> str:
    return json.dumps(_members(fields), ensure_ascii=False, separators=(",", ":"))


def _members(fields: Iterable[Field]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in fields:
        member = value if isinstance(value, str | int | float) else _members(value)
        known = members.get(name)
        members[name] = member if known is None else [*(known if isinstance(known, list) else [known]), member]
    return members


def _to_xml(name: str, value: "str | int | float | Sequence[Field]") -> str:
    """XML as the platform writes it: texts in CDATA, numbers without, children in order."""
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS.sub("", value).replace("]]>", "]]]]><![CDATA[>")
        return f"<{name}><![CDATA[{text}]]></{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    return f"<{name}>{''.join(_to_xml(*child) for child in value)}</{name}>"
