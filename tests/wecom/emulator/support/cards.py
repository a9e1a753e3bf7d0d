"""Cards: send one, press it, replace it, and read its state."""

import itertools
from typing import Any

from tests.wecom.emulator.support.clients import Application

NUMBERS = itertools.count(1)


BUTTONS = [{"text": "标清", "style": 1, "key": "sd"}, {"text": "高清", "style": 2, "key": "hd"}]


def card(**changes: object) -> dict[str, object]:
    """A card of its own; None leaves a field out."""
    fields = {
        "card_type": "button_interaction",
        "main_title": {"title": "要什么画质？"},
        "sub_title_text": "越清晰越慢。",
        "task_id": f"card-{next(NUMBERS)}",
        "button_list": BUTTONS,
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def send(application: Application, to: str, **changes: object) -> dict[str, object]:
    return application.send({"touser": to, "msgtype": "template_card", "template_card": card(**changes)})


def press(application: Application, member: str, key: str = "hd", **more: object) -> dict[str, Any]:
    return application.control("POST", "press", member=member, key=key, **more)


def replace(application: Application, code: object, member: str, text: str = "已选择：高清") -> int:
    body = {
        "userids": [member],
        "agentid": application.agent_id,
        "response_code": code,
        "button": {"replace_name": text},
    }
    return int(application.post("message/update_template_card", body)["errcode"])


def state(application: Application, member: str) -> dict[str, object]:
    (entry,) = application.received(member)
    found: dict[str, object] = entry["card"]
    return found
