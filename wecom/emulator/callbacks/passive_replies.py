"""Passive replies: the encrypted message with which an application may answer a callback.

Source: https://developer.work.weixin.qq.com/document/path/90241.
"""

import logging
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException

from wecom.crypto import CryptoError, open_sealed, verify
from wecom.emulator import clock, platform_quirks
from wecom.emulator.callbacks import passive_card_updates
from wecom.emulator.callbacks.envelope import keys_of, parse
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.media.storage import find_media, media_fields
from wecom.emulator.messages import contents
from wecom.emulator.messages.delivery import create_message
from wecom.emulator.messages.delivery import deliver as deliver_message
from wecom.emulator.messages.fields import cut
from wecom.emulator.models import App, Callback, Member

logger = logging.getLogger(__name__)


def deliver(callback: Callback, text: str) -> None:
    """Deliver the reply to the member. Other answers ("success", HTML) are ignored, as on the platform."""
    app = callback.app
    if not text.lstrip().startswith("<xml" if app.callback_format == App.Format.XML else "{"):
        return
    member = Member.objects.filter(corp=app.corp, userid=callback.userid).first()
    try:
        reply = _decrypt(callback, text)
        if reply.findtext("MsgType") in passive_card_updates.TYPES:
            passive_card_updates.update_card(callback, reply)
            return
        content = _content(reply, platform_quirks.rules_of(app.pk))
        fields = dict(content.fields)
        if content.media_id is not None:
            fields.update(media_fields(find_media(app.corp, content.media_id, kind=content.msgtype)))
    except (ParseError, DefusedXmlException, CryptoError, ApiError) as problem:
        logger.warning("A passive reply was not understood: %s", type(problem).__name__)
        return
    if member is None or not member.reachable:
        return
    deliver_message(create_message(app, content.msgtype, fields, clock.now()), [member])


def _decrypt(callback: Callback, text: str) -> Element:
    outer, keys = parse(text), keys_of(callback.app)
    names = "Encrypt", "MsgSignature", "TimeStamp", "Nonce"  # lower-case in JSON
    encrypted, signature, timestamp, nonce = (
        outer.findtext(name) or outer.findtext(name.lower()) or "" for name in names
    )
    verify(keys, signature=signature, timestamp=timestamp, nonce=nonce, encrypted=encrypted)
    return parse(open_sealed(keys, encrypted))


def _content(reply: Element, rules: platform_quirks.Rules) -> contents.Content:
    """The reply as a content of `message/send`."""
    msgtype = reply.findtext("MsgType") or ""
    part: dict[str, Any]
    if msgtype == "text":
        part = {"content": cut(reply.findtext("Content") or "", rules.text_cut)}
    elif msgtype in {"image", "voice", "video"}:
        node = msgtype.capitalize()
        part = {"media_id": reply.findtext(f"{node}/MediaId") or ""}
        if msgtype == "video":
            part["title"] = reply.findtext("Video/Title") or ""
            part["description"] = reply.findtext("Video/Description") or ""
    elif msgtype == "news":
        part = {"articles": [_article(item) for item in reply.findall("Articles/item")]}
    else:
        raise ApiError(40008)
    return contents.check({"msgtype": msgtype, msgtype: part}, rules)


def _article(item: Element) -> dict[str, str]:
    tags = {"title": "Title", "description": "Description", "url": "Url", "picurl": "PicUrl"}
    return {name: item.findtext(tag) or "" for name, tag in tags.items()}
