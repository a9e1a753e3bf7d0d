"""A page that lists what is emulated and what is not, made from what is registered rather than from memory."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from wecom.emulator.actors import members
from wecom.emulator.callbacks import events
from wecom.emulator.endpoints.appchat import TYPES
from wecom.emulator.gateway import faults
from wecom.emulator.gateway.registry import ENDPOINTS
from wecom.emulator.messages import cards, contents

POLICY = "default-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
PAGES = ("/connect/oauth2/authorize", "/wwlogin/sso/login")


@dataclass(frozen=True, kw_only=True)
class Words:
    """The same in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


PAGE = {
    "title": Words(zh="模拟范围", en="What is emulated"),
    "intro": Words(
        zh="此页由模拟器已注册的接口、消息类型与事件生成。",
        en="Made from the endpoints, message types and events that this emulator has registered.",
    ),
    "calls": Words(zh="服务端接口", en="Server API"),
    "messages": Words(zh="应用发送的消息", en="Messages of applications"),
    "callbacks": Words(zh="回调", en="Callbacks"),
    "faults": Words(zh="可注入的故障", en="Faults by name"),
    "missing": Words(zh="未模拟", en="Not emulated"),
    "unknown": Words(
        zh="其他路径与平台一样应答：errcode 40066。其他类型的消息与事件可以由控制接口带 fields 发出。",
        en="Any other path is answered as the platform does: errcode 40066. Other messages and events can be fired by "
        "the control API with fields of their own.",
    ),
    "back": Words(zh="返回模拟器", en="Back to the emulator"),
    "other": Words(zh="English", en="中文"),
}
SUBJECTS = {
    "message": Words(zh="应用消息", en="Messages"),
    "appchat": Words(zh="群聊会话", en="Group chats"),
    "media": Words(zh="素材", en="Media"),
    "user": Words(zh="成员", en="Members"),
    "department": Words(zh="部门", en="Departments"),
    "tag": Words(zh="标签", en="Tags"),
    "batch": Words(zh="邀请成员", en="Invitations"),
    "menu": Words(zh="自定义菜单", en="Menu"),
    "agent": Words(zh="应用设置", en="Application"),
    "auth": Words(zh="网页授权", en="Sign-in"),
    "ticket": Words(zh="应用的 JS-SDK ticket", en="Ticket of the JS-SDK for an application"),
    "": Words(zh="凭证与网络", en="Tokens and addresses"),
}
MISSING = (
    Words(
        zh="通讯录的异步导入与导出（batch/syncuser、batch/replaceuser、batch/replaceparty、export/…）："
        "可逐个调用 user/create 等接口",
        en="import and export of the directory as files (batch/syncuser, replaceuser, replaceparty, export/…): "
        "user/create and the others do the same",
    ),
    Words(
        zh="二次验证与加入企业的二维码（user/authsucc、corp/get_join_qrcode）：手机上没有登录过程",
        en="the second step of signing in and the code to join by (user/authsucc, corp/get_join_qrcode): "
        "the phone has no sign-in",
    ),
    Words(
        zh="客户联系、微信客服、审批、打卡、日程、会议、微盘等其他产品的接口",
        en="other products: external contacts, customer service, approvals, attendance, calendar, meetings, drive",
    ),
    Words(zh="第三方应用与代开发应用的套件接口", en="suites of third-party developers"),
    Words(zh="群机器人与智能机器人", en="group robots and intelligent robots"),
)


async def page(request: HttpRequest) -> HttpResponse:
    """The list, in the language of `lang` or of the browser; as JSON with `format=json`."""
    if request.GET.get("format") == "json":
        return JsonResponse(listed(), json_dumps_params={"ensure_ascii": False})
    language = _language(request)
    context = {
        "language": language,
        "other": "en" if language == "zh" else "zh",
        "words": {name: words.said(language) for name, words in PAGE.items()},
        "sections": _sections(language),
        "missing": [words.said(language) for words in MISSING],
    }
    response = render(request, "emulator/coverage.html", context)
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response


def listed() -> dict[str, Any]:
    """Everything by name, for programs."""
    return {
        "calls": {path: found.method for path, found in sorted(ENDPOINTS.items())},
        "pages": list(PAGES),
        "messages": {"message/send": list(contents.READERS), "appchat/send": sorted(TYPES)},
        "cards": sorted(cards.CARD_TYPES),
        "callbacks": {
            "messages": list(members.KINDS),
            "events": [*events.OF_MEMBERS, *events.OF_SYSTEM],
            "change_contact": list(events.CHANGES),
        },
        "faults": sorted(faults.PRESETS),
        "missing": [words.en for words in MISSING],
    }


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang") or request.headers.get("Accept-Language") or "zh"
    return "en" if asked.lower().startswith("en") else "zh"


def _sections(language: str) -> list[dict[str, Any]]:
    """Titles with rows of names."""
    said = {name: words.said(language) for name, words in PAGE.items()}
    by_subject: dict[str, list[str]] = {}
    for path, found in sorted(ENDPOINTS.items()):
        subject = path.split("/")[0] if "/" in path else ""
        by_subject.setdefault(subject, []).append(f"{found.method} {path}")
    by_subject["auth"] = [*by_subject["auth"], *(f"GET {path}" for path in PAGES)]
    calls = [{"title": title.said(language), "names": by_subject[subject]} for subject, title in SUBJECTS.items()]
    everything = listed()
    return [
        {"title": said["calls"], "rows": calls},
        {
            "title": said["messages"],
            "rows": [
                {"title": "message/send", "names": everything["messages"]["message/send"]},
                {"title": "template_card", "names": everything["cards"]},
                {"title": "appchat/send", "names": everything["messages"]["appchat/send"]},
            ],
        },
        {
            "title": said["callbacks"],
            "rows": [
                {"title": "MsgType", "names": everything["callbacks"]["messages"]},
                {"title": "Event", "names": everything["callbacks"]["events"]},
                {"title": "ChangeType", "names": everything["callbacks"]["change_contact"]},
            ],
        },
        {"title": said["faults"], "rows": [{"title": "", "names": everything["faults"]}]},
    ]
