"""The admin's pages, as a person with single rights opens them."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse


def clerk(*codenames: str) -> Client:
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def page_of(row: Any, page: str = "change") -> str:
    return reverse(f"admin:scheduling_{row._meta.model_name}_{page}", args=[row.pk])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(words) for name, words in answer.context["adminform"].form.errors.items()}
