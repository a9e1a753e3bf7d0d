"""Callbacks as an application reads them, with an independent library."""

from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.wecom.emulator.support.clients import Application, Arrival


def plain(application: Application, arrival: Arrival) -> str:
    """The XML of a callback."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(arrival.path).query).items()}
    crypto = WeChatCrypto(application.token, application.aes_key, application.corp_id)
    return str(crypto.decrypt_message(arrival.body, query["msg_signature"], query["timestamp"], query["nonce"]))


def decrypt(application: Application, arrival: Arrival) -> dict:
    return {child.tag: child.text for child in fromstring(plain(application, arrival))}


def opened(application: Application, arrival: Arrival) -> Element:
    query = {name: values[0] for name, values in parse_qs(urlsplit(arrival.path).query).items()}
    crypto = WeChatCrypto(application.token, application.aes_key, application.corp_id)
    return fromstring(crypto.decrypt_message(arrival.body, query["msg_signature"], query["timestamp"], query["nonce"]))
