"""Rows of `wecom`."""

import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from wecom.models import (
    Application,
    Callback,
    CardUpdate,
    Corporation,
    Department,
    DirectorySync,
    Download,
    GroupChat,
    GroupMessage,
    Member,
    MenuButton,
    MenuPublication,
    Outbound,
    Recall,
    Tag,
    Upload,
)

TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


def make_corporation(**fields: Any) -> Corporation:
    fields.setdefault("corp_id", f"ww{secrets.token_hex(8)}")
    return Corporation.objects.create(**fields)


def make_application(**fields: Any) -> Application:
    if "corporation" not in fields:
        fields["corporation"] = make_corporation()
    fields.setdefault("agent_id", 1000002)
    fields.setdefault("name", "OpenUser")
    fields.setdefault("secret", "s3cr3t")
    fields.setdefault("token", TOKEN)
    fields.setdefault("encoding_aes_key", AES_KEY)
    fields.setdefault("api_base_url", "http://127.0.0.1:9")
    return Application.objects.create(**fields)


def make_member(application: Application, user_id: str = "zhangsan", **fields: Any) -> Member:
    return Member.objects.create(corporation=application.corporation, user_id=user_id, **fields)


def make_department(application: Application, number: int, name: str = "部门", **fields: Any) -> Department:
    fields.setdefault("parent_number", 0 if number == 1 else 1)
    department = Department.objects.create(corporation=application.corporation, number=number, name=name, **fields)
    department.applications.add(application)
    return department


def make_tag(application: Application, number: int = 1, name: str = "试用期", **fields: Any) -> Tag:
    return Tag.objects.create(corporation=application.corporation, number=number, name=name, **fields)


def make_directory_sync(application: Application | None = None, **fields: Any) -> DirectorySync:
    return DirectorySync.objects.create(application=application or make_application(), **fields)


def make_callback(application: Application | None = None, **fields: Any) -> Callback:
    fields.setdefault("identity", secrets.token_hex(32))
    fields.setdefault("kind", "text")
    fields.setdefault("from_user_id", "zhangsan")
    fields.setdefault("sent_at", timezone.now())
    fields.setdefault("cid", secrets.token_hex(8))
    return Callback.objects.create(application=application or make_application(), **fields)


def make_upload(application: Application | None = None, **fields: Any) -> Upload:
    application = application or make_application()
    fields.setdefault("kind", "video")
    fields.setdefault("sha256", secrets.token_hex(32))
    fields.setdefault("path", "missing.mp4")
    fields.setdefault("filename", "林晓.mp4")
    return Upload.objects.create(application=application, corporation=application.corporation, **fields)


def make_download(application: Application | None = None, **fields: Any) -> Download:
    application = application or make_application()
    fields.setdefault("kind", "image")
    fields.setdefault("media_id", secrets.token_hex(16))
    return Download.objects.create(application=application, corporation=application.corporation, **fields)


def make_outbound(application: Application | None = None, **fields: Any) -> Outbound:
    fields.setdefault("recipients", ["zhangsan"])
    fields.setdefault("msgtype", "text")
    fields.setdefault("content", {"content": "你好"})
    return Outbound.objects.create(application=application or make_application(), **fields)


def make_card_update(application: Application | None = None, **fields: Any) -> CardUpdate:
    fields.setdefault("response_code", secrets.token_hex(16))
    fields.setdefault("user_id", "zhangsan")
    fields.setdefault("text", "已选择：高清")
    fields.setdefault("expires_at", timezone.now() + timedelta(hours=72))
    return CardUpdate.objects.create(application=application or make_application(), **fields)


def make_group_message(application: Application | None = None, **fields: Any) -> GroupMessage:
    application = application or make_application()
    names = {"chat_id": secrets.token_hex(16), "name": "项目群", "owner": "lisi", "user_ids": ["lisi", "wangwu"]}
    chat = fields.pop("chat", None) or GroupChat.objects.create(application=application, **names)
    words = {"msgtype": "text", "content": {"content": "大家好"}}
    return GroupMessage.objects.create(application=application, chat=chat, **(words | fields))


def make_recall(application: Application | None = None, **fields: Any) -> Recall:
    application = application or make_application()
    outbound = fields.pop("outbound", None) or make_outbound(application, status=Outbound.Status.DONE, msgid="m")
    return Recall.objects.create(application=application, outbound=outbound, **fields)


def make_menu_button(application: Application, name: str = "帮助", **fields: Any) -> MenuButton:
    if fields.get("kind", "click") == "click":
        fields.setdefault("key", "/help")
    return MenuButton.objects.create(application=application, name=name, **fields)


def make_menu_publication(application: Application | None = None, **fields: Any) -> MenuPublication:
    fields.setdefault("buttons", [{"type": "click", "name": "帮助", "key": "/help"}])
    return MenuPublication.objects.create(application=application or make_application(), **fields)
