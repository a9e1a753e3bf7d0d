"""WeChat Work's side of our webhook, encrypted by wechatpy: an independent peer."""

import time
from urllib.parse import urlencode

from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.utils import to_text

from wecom.models import Application

PATH = "/api/v1/integrations/wechat/webhook"


def text_xml(
    application: Application, *, text: str = "你好", user: str = "ZhangSan", msg_id: int = 1, at: int = 0
) -> str:
    corp = application.corporation.corp_id
    return (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
        f"<CreateTime>{at or int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{msg_id}</MsgId><AgentID>{application.agent_id}</AgentID></xml>"
    )


def event_xml(application: Application, event: str, *, key: str = "", user: str = "zhangsan", at: int = 0) -> str:
    corp = application.corporation.corp_id
    return (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
        f"<CreateTime>{at or int(time.time())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
        f"<AgentID>{application.agent_id}</AgentID></xml>"
    )


class Envelope:
    """A sealed callback: the query and the body as they go over the wire."""

    def __init__(
        self,
        application: Application,
        xml: str,
        *,
        corp: str = "",
        token: str = "",
        key: str = "",
        at: int = 0,
        nonce: str = "1372623149",
    ) -> None:
        corp = corp or application.corporation.corp_id
        crypto = WeChatCrypto(token or application.token, key or application.encoding_aes_key, corp)
        self.timestamp = str(at or int(time.time()))
        self.nonce = nonce
        sealed = to_text(crypto.encrypt_message(xml, self.nonce, self.timestamp))
        self.signature = sealed.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
        self.encrypted = sealed.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        self.body = (
            f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><Encrypt><![CDATA[{self.encrypted}]]></Encrypt>"
            f"<AgentID><![CDATA[{application.agent_id}]]></AgentID></xml>"
        )

    @property
    def query(self) -> str:
        return urlencode({"msg_signature": self.signature, "timestamp": self.timestamp, "nonce": self.nonce})

    def post(self, client, *, path: str = PATH, body: str | bytes | None = None):
        content = self.body if body is None else body
        return client.post(f"{path}?{self.query}", data=content, content_type="text/xml")
