"""The admin's pages of flows, filled in as HR does."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from conversations.models import Flow, State
from tests.support.admin_forms import unchanged


def staff(name: str, *roles: str, superuser: bool = False) -> Client:
    user = User.objects.create_user(name, is_staff=True, is_superuser=superuser)
    user.groups.set(Group.objects.filter(name__in=roles))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:conversations_{model}_{page}", args=args)


def add_row(data: dict[str, Any], prefix: str, **values: Any) -> None:
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data |= {f"{prefix}-{number}-{name}": value for name, value in values.items()}
    data[f"{prefix}-TOTAL_FORMS"] = number + 1


def send(client: Client, address: str, data: dict[str, Any]) -> None:
    answer = client.post(address, data)
    errors = answer.context["errors"] if answer.context else []
    assert (answer.status_code, errors) == (302, [])


def edit(client: Client, state: State, *ways: dict[str, Any], **values: Any) -> None:
    """Fill in a state's page, and add transitions."""
    address = url("state", "change", state.pk)
    data = {**unchanged(client, address), **values}
    for way in ways:
        add_row(data, "transitions", **{"when": "next", "test": "always", "slot": "", "value": "", **way})
    send(client, address, data)


def publish(client: Client, flow: Flow, note: str = "") -> Any:
    return client.post(url("flow", "publish_this", flow.pk), {"note": note})


def press(client: Client, model: str, button: str, pk: int) -> int:
    return client.post(url(model, button, pk), {"_form_submitted": "True"}).status_code


def drawn(client: Client) -> Flow:
    """A flow made by forms only: a question with two choices, a video for one of them, an end."""
    words = {"name": "午餐", "language": "zh-hans", "enabled": "on", "triggers": "订午餐"}
    data: dict[str, Any] = {**words, "states-TOTAL_FORMS": 0, "states-INITIAL_FORMS": 0}
    dishes = "noodles = 面条\nrice = 米饭, 饭"
    for name, kind, text, choices in (
        ("Ask dish", "ask:choice", "吃什么？", dishes),
        ("视频", "video", "一起吃饭！", ""),
        ("再见", "end", "好的，{{dish.label}}。", ""),
    ):
        add_row(data, "states", name=name, kind=kind, text=text, choices=choices, position="")
    send(client, url("flow", "add"), data)
    flow = Flow.objects.get(name="午餐")
    ask, video, end = flow.states.all()
    ways = {"test": "is", "value": "面条", "target": video.pk}, {"target": end.pk}
    edit(client, ask, *ways, slot="dish")
    return flow
