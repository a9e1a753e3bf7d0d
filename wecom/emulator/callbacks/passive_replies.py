"""Passive replies: an application may answer a callback with an encrypted message instead of an empty body.

Source: https://developer.work.weixin.qq.com/document/path/90241.
"""

import logging
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException

from wecom.crypto import CryptoError, open_sealed, verify
from wecom.emulator import clock, media, platform_quirks
from wecom.emulator.callbacks import passive_card_updates
from wecom.emulator.callbacks.envelope import keys, read
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages import contents, send
from wecom.emulator.models import App, Callback, Member

logger = logging.getLogger(__name__)


def take(callback: Callback, text: str) -> None:
    """Deliver the reply, if there is one. What is not a reply ("success", HTML) is ignored, as on the platform."""
    app = callback.app
    if not text.lstrip().startswith("<xml" if app.callback_format == App.Format.XML else "{"):
        return
    member = Member.objects.filter(corp=app.corp, userid=callback.userid).first()
    try:
        reply = _open(callback, text)
        if reply.findtext("MsgType") in passive_card_updates.TYPES:
            passive_card_updates.take(callback, reply)
            return
        content = _content(reply, platform_quirks.of(app.pk))
        fields = dict(content.fields)
        if content.media_id is not None:
            fields.update(media.describe(media.find(app.corp, content.media_id, kind=content.msgtype)))
    except (ParseError, DefusedXmlException, CryptoError, ApiError) as problem:
        logger.warning("A passive reply was not understood: %s", type(problem).__name__)
        return
    if member is None or not member.reachable:
        return
    send.deliver(send.write(app, content.msgtype, fields, clock.now()), [member])


def _open(callback: Callback, text: str) -> Element:
    outer, own = read(text), keys(callback.app)
    names = "Encrypt", "MsgSignature", "TimeStamp", "Nonce"  # in JSON in small letters
    sealed, signature, stamp, nonce = (outer.findtext(name) or outer.findtext(name.lower()) or "" for name in names)
    verify(own, signature=signature, timestamp=stamp, nonce=nonce, encrypted=sealed)
    return read(open_sealed(own, sealed))


def _content(reply: Element, own: platform_quirks.Rules) -> contents.Content:
    """The reply as `message/send` would have put it."""
    msgtype = reply.findtext("MsgType") or ""
    part: dict[str, Any]
    if msgtype == "text":
        part = {"content": contents.cut(reply.findtext("Content") or "", own.text_cut)}
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
    return contents.check({"msgtype": msgtype, msgtype: part}, own)


def _article(item: Element) -> dict[str, str]:
    names = {"title": "Title", "description": "Description", "url": "Url", "picurl": "PicUrl"}
    return {ours: item.findtext(theirs) or "" for ours, theirs in names.items()}
