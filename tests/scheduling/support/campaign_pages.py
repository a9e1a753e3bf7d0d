"""The admin's pages of campaigns: people with roles, the form of a campaign, and its buttons."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

ADD = "/admin/scheduling/campaign/add/"
LIST = "/admin/scheduling/campaign/"


def person_of(*roles: str, name: str = "") -> Client:
    user = User.objects.create_user(name or "-".join(roles), is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def form(**fields: Any) -> dict[str, Any]:
    """What a browser sends: everyone gets a text as soon as it is started."""
    values = {"name": "通知", "content_type": "text", "policy": "approved", "message_class": "optional"}
    values |= {"repeat": "now"}
    values |= {"audience-everyone": "yes", "audience-departments": ""}
    values |= {"a_zh_text": "三点开会", "time_zone": "Asia/Shanghai", "days": "every", "missed": "once"}
    return {
        **values,
        "interrupts": "wait",
        "link_clicks": "none",
        "window_days": "every",
        "unknown_days": "hold",
        **fields,
    }


def page(row: Model, name: str = "change") -> str:
    return reverse(f"admin:scheduling_{row._meta.model_name}_{name}", args=[row.pk])


def press(client: Client, row: Model, button: str, **fields: Any) -> Any:
    return client.post(page(row, f"{button}_this"), {"_form_submitted": "True", **fields})


def seen(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())
