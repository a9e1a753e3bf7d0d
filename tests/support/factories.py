"""Factories: each makes one row with the rows that it needs."""

import io
import secrets
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from avatars.models import (
    Consent,
    DigitalHuman,
    Narration,
    PortraitVideo,
    Presentation,
    Render,
    RenderTemplate,
    Rendition,
    Statement,
    TemplateVariable,
    Voice,
)
from avatars.services import add_scene, declare_drawn, declare_synthetic, record_consent, save_template
from conversations.models import Answer, Conversation, Desk, Errand, Flow, State, Transition
from openuser.api import clients
from openuser.models import WebhookDelivery, WebhookEndpoint
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


def make_voice(**fields: Any) -> Voice:
    fields.setdefault("name", f"voice-{secrets.token_hex(4)}")
    fields.setdefault("key", "zf_xiaobei")
    origin = fields.pop("origin", "synthetic")
    voice = Voice.objects.create(**fields)
    if origin == "synthetic":
        declare_synthetic(voice, by="hr", reason="A stock voice.")
    return voice


def make_digital_human(**fields: Any) -> DigitalHuman:
    fields.setdefault("name", f"human-{secrets.token_hex(4)}")
    if "voice" not in fields:
        fields["voice"] = make_voice()
    origin = fields.pop("origin", "drawn")
    portrait = fields.pop("portrait", b"no picture")
    human = DigitalHuman(**fields)
    human.portrait.save("portrait.png", ContentFile(portrait), save=True)
    if origin == "drawn":
        declare_drawn(human, by="hr", reason="Drawn by our designer.")
    return human


PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def make_consent(*digital_humans: DigitalHuman, **fields: Any) -> Consent:
    """A consent for these, or for a photograph of its own, or for `voices`; for all purposes and without an end."""
    fields.setdefault("person", "张三")
    fields.setdefault("purposes", ["chat", "campaign", "external"])
    fields.setdefault("evidence", ContentFile(PDF, name="consent.pdf"))
    fields.setdefault("by", "hr")
    humans = digital_humans or (() if fields.get("voices") else (make_digital_human(origin="photograph"),))
    return record_consent(digital_humans=humans, **fields)


def make_statement(**fields: Any) -> Statement:
    """The statement that a digital human of its own is drawn."""
    statement = make_digital_human().statements.get()
    Statement.objects.filter(pk=statement.pk).update(**fields)
    return statement


def make_render(digital_human: DigitalHuman | None = None, **fields: Any) -> Render:
    fields.setdefault("text", "你好")
    fields.setdefault("mode", "lipsync")
    fields.setdefault("content_hash", secrets.token_hex(32))
    human = digital_human or make_digital_human()
    if fields.get("consent") is None and human.pk:
        fields.setdefault("statement", human.statements.kept().filter(portrait=human.portrait.name).first())
    return Render.objects.create(digital_human=human, **fields)


def make_portrait_video(digital_human: DigitalHuman | None = None, **fields: Any) -> PortraitVideo:
    fields.setdefault("still", f"portraits/{secrets.token_hex(16)}.jpg")
    return PortraitVideo.objects.create(digital_human=digital_human or make_digital_human(), **fields)


def make_narration(digital_human: DigitalHuman | None = None, **fields: Any) -> Narration:
    fields.setdefault("text", "你好")
    fields.setdefault("content_hash", secrets.token_hex(32))
    return Narration.objects.create(digital_human=digital_human or make_digital_human(), **fields)


def make_template(digital_human: DigitalHuman | None = None, **fields: Any) -> RenderTemplate:
    """A welcome with a name that must be given, a place that may be, and a day that has a default."""
    fields.setdefault("name", f"欢迎 {secrets.token_hex(3)}")
    fields.setdefault("script", "你好{{name}}，欢迎来到{{place.label}}。{{day}}见！")
    variables = fields.pop("variables", None)
    if variables is None:
        places = "hq = 总部\nlab = 研究院, 实验室"
        variables = [
            TemplateVariable(name="name", label="姓名", maximum=20, example="王芳"),
            TemplateVariable(name="place", type="choice", choices=places, required=False, default="hq"),
            TemplateVariable(name="day", type="date", required=False, default="2026-12-01"),
        ]
    template = RenderTemplate(digital_human=digital_human or make_digital_human(), **fields)
    return save_template(template, variables)


def make_presentation(digital_human: DigitalHuman | None = None, **fields: Any) -> Presentation:
    """A greeting, and a green slide with a point in it."""
    fields.setdefault("name", f"培训 {secrets.token_hex(3)}")
    presentation = Presentation.objects.create(digital_human=digital_human or make_digital_human(), **fields)
    slide = io.BytesIO()
    Image.new("RGB", (160, 90), (0, 160, 0)).save(slide, "PNG")
    add_scene(presentation, layout="human", script="大家好。", lower_third_name="王芳")
    shown = {"slide": ContentFile(slide.getvalue(), name="slide.png"), "points": [[50, 40]]}
    add_scene(presentation, layout="human_right", script="看[point 1]这里。", **shown)
    return presentation


def make_rendition(**fields: Any) -> Rendition:
    fields.setdefault("limit", 1_000_000)
    return Rendition.objects.create(render=make_render(status="done"), **fields)


def make_desk(application: Application, **fields: Any) -> Desk:
    if "digital_human" not in fields:
        fields["digital_human"] = make_digital_human()
    fields.setdefault("greeting", "你好，我是林晓。")
    return Desk.objects.create(application=application, **fields)


def make_conversation(application: Application | None = None, user_id: str = "zhangsan", **fields: Any) -> Conversation:
    application = application or make_application()
    fields.setdefault("language", "zh-hans")
    return Conversation.objects.create(application=application, member=make_member(application, user_id), **fields)


def make_errand(conversation: Conversation | None = None, **fields: Any) -> Errand:
    fields.setdefault("provider", "chat")
    fields.setdefault("question", "年假有几天？")
    fields.setdefault("language", "zh-hans")
    fields.setdefault("deadline_at", timezone.now() + timedelta(seconds=45))
    return Errand.objects.create(conversation=conversation or make_conversation(), **fields)


def make_answer(question: str = "你好", answer: str = "你好！今天想了解什么？", **fields: Any) -> Answer:
    return Answer.objects.create(question=question, answer=answer, **fields)


def make_webhook_delivery(**fields: Any) -> WebhookDelivery:
    if "endpoint" not in fields:
        fields["endpoint"] = WebhookEndpoint.objects.create(
            name=f"OA {secrets.token_hex(4)}", url="https://oa.example.com/hook", events=["render.completed"]
        )
    fields.setdefault("event_id", f"msg_{secrets.token_hex(8)}")
    fields.setdefault("event", "render.completed")
    fields.setdefault("payload", '{"type": "render.completed", "data": {}}')
    return WebhookDelivery.objects.create(**fields)


def make_api(*scopes: str, **fields: Any) -> APIClient:
    """An API client whose token has these scopes."""
    _client, token = clients.create(f"client-{secrets.token_hex(4)}", scopes=scopes, **fields)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


def make_flow(**fields: Any) -> Flow:
    """The guide's conversation that makes a video, as HR would draw it; not published."""
    fields.setdefault("name", f"制作视频 {secrets.token_hex(3)}")
    fields.setdefault("triggers", "制作视频\ncreate video")
    flow = Flow.objects.create(**fields)
    text = State.objects.create(
        flow=flow,
        position=1,
        key="ask_text",
        name="问文本",
        text="请发送视频文本。",
        slot="text",
        maximum=100,
        remind_after=10,
    )
    quality = State.objects.create(
        flow=flow,
        position=2,
        key="ask_quality",
        name="问清晰度",
        text="“{{text}}”要多清晰？",
        slot="quality",
        slot_type="choice",
        choices="lipsync = 基础\nenhanced_lipsync = 增强\nenhanced_talking_head = 高清",
        retries=1,
    )
    video = State.objects.create(
        flow=flow, position=3, key="video", name="制作", kind="video", text="{{text}}", mode="{{quality}}"
    )
    bye = State.objects.create(flow=flow, position=4, key="bye", name="结束", kind="end", text="做好就发给你。")
    sorry = State.objects.create(flow=flow, position=5, key="sorry", name="抱歉", kind="end", text="请找人事。")
    for state, target, when in ((text, quality, "next"), (quality, video, "next"), (quality, sorry, "retries")):
        Transition.objects.create(state=state, target=target, when=when)
    Transition.objects.create(state=video, target=bye)
    return flow
