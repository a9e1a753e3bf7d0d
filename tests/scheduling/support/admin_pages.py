"""The admin's pages of schedules, and the form of one."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from scheduling.models import Schedule

ADD = "/admin/scheduling/schedule/add/"
LIST = "/admin/scheduling/schedule/"


def clerk(*codenames: str) -> Client:
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def form(**fields: Any) -> dict[str, Any]:
    values = {"name": "晨会", "user_ids": "ZhangSan，lisi\n", "message_type": "text", "text": "早上好！"}
    values |= {"cron": "0 9 * * *", "time_zone": "Asia/Shanghai", "days": "every", "grace_minutes": "10"}
    return {**values, **fields}


def page_of(row: Any, page: str = "change") -> str:
    return reverse(f"admin:scheduling_{row._meta.model_name}_{page}", args=[row.pk])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(words) for name, words in answer.context["adminform"].form.errors.items()}


def press(client: Client, schedule: Schedule, action: str) -> int:
    return client.post(page_of(schedule, action), {"_form_submitted": "True"}).status_code


def choose(client: Client, action: str, *rows: Schedule) -> Any:
    data = {"action": action, "confirmed": "yes", "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, data, follow=True)
