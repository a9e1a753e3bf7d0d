"""The wire format of callbacks: XML as the platform writes it, sealed and signed with an application's keys.

Source: https://developer.work.weixin.qq.com/document/path/90930 and 90968.
"""

import re
import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

from wecom.crypto import Keys, seal, sign
from wecom.emulator.models import App

Field = tuple[str, "str | int | float | Sequence[Field]"]
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not allowed in XML 1.0


def with_query(url: str, query: str) -> str:
    """The callback URL may have a query of its own."""
    return f"{url}{'&' if '?' in url else '?'}{query}"


def keys(app: App) -> Keys:
    """The secrets of the application's callback form."""
    return Keys.parse(token=app.token, encoding_aes_key=app.aes_key, receive_id=app.corp.corp_id)


def envelope(app: App, plain: str, *, timestamp: int, tamper: str = "") -> tuple[str, str]:
    """The query string and the outer XML."""
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
    body = element("xml", outer)
    return query, body[: len(body) // 2] if tamper == "body" else body


def element(name: str, value: "str | int | float | Sequence[Field]") -> str:
    """XML as the platform writes it: text in CDATA, numbers bare, children in order."""
    if isinstance(value, str):
        text = UNWRITABLE.sub("", value).replace("]]>", "]]]]><![CDATA[>")
        return f"<{name}><![CDATA[{text}]]></{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    return f"<{name}>{''.join(element(*child) for child in value)}</{name}>"
