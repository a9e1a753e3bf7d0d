"""The page of emulated endpoints, generated from the registry, and of those that are not emulated."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from wecom.emulator.actors.member_acts import MESSAGE_TYPES
from wecom.emulator.callbacks.documented_events import CONTACT_CHANGES, MEMBER_EVENTS, SYSTEM_EVENTS
from wecom.emulator.endpoints.messages import appchat
from wecom.emulator.gateway import faults
from wecom.emulator.gateway.endpoint_registry import ENDPOINTS
from wecom.emulator.messages import cards, contents

POLICY = "default-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
PAGES = ("/connect/oauth2/authorize", "/wwlogin/sso/login")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


PAGE = {
    "title": Text(zh="模拟范围", en="What is emulated"),
    "intro": Text(
        zh="根据模拟器中已注册的接口、消息类型与事件自动生成。",
        en="Generated from the endpoints, message types and events that the emulator has registered.",
    ),
    "calls": Text(zh="服务端接口", en="Server API"),
    "messages": Text(zh="应用发送的消息", en="Messages from applications"),
    "callbacks": Text(zh="回调", en="Callbacks"),
    "faults": Text(zh="可注入的故障", en="Faults by name"),
    "missing": Text(zh="未模拟", en="Not emulated"),
    "unknown": Text(
        zh="其他路径返回 errcode 40066，与平台一致；errmsg、接口调用列表与日志会写明路径。"
        "其他类型的消息与事件可通过控制接口发送，并用 fields 指定字段。",
        en="Any other path gets errcode 40066, as on the platform; errmsg, the list of calls and the log name it. "
        "The control API sends other messages and events, with fields of your own.",
    ),
    "back": Text(zh="返回模拟器", en="Back to the emulator"),
    "other": Text(zh="English", en="中文"),
}
SUBJECTS = {
    "message": Text(zh="应用消息", en="Messages"),
    "appchat": Text(zh="群聊会话", en="Group chats"),
    "media": Text(zh="素材", en="Media"),
    "user": Text(zh="成员", en="Members"),
    "department": Text(zh="部门", en="Departments"),
    "tag": Text(zh="标签", en="Tags"),
    "batch": Text(zh="邀请成员", en="Invitations"),
    "menu": Text(zh="自定义菜单", en="Menu"),
    "agent": Text(zh="应用设置", en="Application"),
    "auth": Text(zh="网页授权", en="Sign-in"),
    "ticket": Text(zh="应用的 JS-SDK ticket", en="Ticket of the JS-SDK for an application"),
    "": Text(zh="凭证与网络", en="Tokens and addresses"),
}
MISSING = (
    Text(
        zh="通讯录的异步导入与导出（batch/syncuser、batch/replaceuser、batch/replaceparty、export/…）："
        "可逐个调用 user/create 等接口",
        en="import and export of the directory as files (batch/syncuser, replaceuser, replaceparty, export/…): "
        "use user/create and the others",
    ),
    Text(
        zh="二次验证与加入企业二维码（user/authsucc、corp/get_join_qrcode）：模拟手机不需要登录",
        en="two-step verification and the QR code to join a company (user/authsucc, corp/get_join_qrcode): "
        "the phone has no sign-in",
    ),
    Text(
        zh="客户联系、微信客服、审批、打卡、日程、会议、微盘等其他产品的接口",
        en="other products: external contacts, customer service, approvals, attendance, calendar, meetings, drive",
    ),
    Text(zh="第三方应用与代开发应用的套件接口", en="suites of third-party developers"),
    Text(zh="群机器人与智能机器人", en="group robots and intelligent robots"),
)


async def coverage(request: HttpRequest) -> HttpResponse:
    """The page, in the language of `lang` or of the browser; as JSON with `format=json`."""
    if request.GET.get("format") == "json":
        return JsonResponse(_names(), json_dumps_params={"ensure_ascii": False})
    language = _language(request)
    context = {
        "language": language,
        "other": "en" if language == "zh" else "zh",
        "words": {name: text.in_language(language) for name, text in PAGE.items()},
        "sections": _sections(language),
        "missing": [text.in_language(language) for text in MISSING],
    }
    response = render(request, "emulator/coverage.html", context)
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response


def _names() -> dict[str, Any]:
    """Everything that is emulated, by name."""
    return {
        "calls": {path: endpoint.method for path, endpoint in sorted(ENDPOINTS.items())},
        "pages": list(PAGES),
        "messages": {"message/send": list(contents.CHECKS), "appchat/send": sorted(appchat.TYPES)},
        "cards": sorted(cards.CARD_TYPES),
        "callbacks": {
            "messages": list(MESSAGE_TYPES),
            "events": [*MEMBER_EVENTS, *SYSTEM_EVENTS],
            "change_contact": list(CONTACT_CHANGES),
        },
        "faults": sorted(faults.PRESETS),
        "missing": [text.en for text in MISSING],
    }


def _language(request: HttpRequest) -> str:
    requested = request.GET.get("lang") or request.headers.get("Accept-Language") or "zh"
    return "en" if requested.lower().startswith("en") else "zh"


def _sections(language: str) -> list[dict[str, Any]]:
    """Titles with rows of names."""
    titles = {name: text.in_language(language) for name, text in PAGE.items()}
    by_subject: dict[str, list[str]] = {}
    for path, endpoint in sorted(ENDPOINTS.items()):
        subject = path.split("/")[0] if "/" in path else ""
        by_subject.setdefault(subject, []).append(f"{endpoint.method} {path}")
    by_subject["auth"] = [*by_subject["auth"], *(f"GET {path}" for path in PAGES)]
    calls = [
        {"title": title.in_language(language), "names": by_subject[subject]} for subject, title in SUBJECTS.items()
    ]
    names = _names()
    return [
        {"title": titles["calls"], "rows": calls},
        {
            "title": titles["messages"],
            "rows": [
                {"title": "message/send", "names": names["messages"]["message/send"]},
                {"title": "template_card", "names": names["cards"]},
                {"title": "appchat/send", "names": names["messages"]["appchat/send"]},
            ],
        },
        {
            "title": titles["callbacks"],
            "rows": [
                {"title": "MsgType", "names": names["callbacks"]["messages"]},
                {"title": "Event", "names": names["callbacks"]["events"]},
                {"title": "ChangeType", "names": names["callbacks"]["change_contact"]},
            ],
        },
        {"title": titles["faults"], "rows": [{"title": "", "names": names["faults"]}]},
    ]
