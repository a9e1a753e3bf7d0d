"""The admin as each role sees it: accounts, the addresses of a model's pages, and answers that leave nothing behind."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from openuser.roles import Role

MODELS = list(admin.site._registry)
OURS = ("auth", "avatars", "conversations", "core", "openuser", "scheduling", "wecom")
# Pages that show no words of a row that its other pages do not show.
WITHOUT_WORDS = ("_add", "_history", "_password_change")


def account(role: Role) -> User:
    user = User.objects.create_user(f"a-{role.value}", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    return user


def member_of(role: Role) -> Client:
    client = Client()
    client.force_login(account(role))
    return client


def addresses(row: Model) -> dict[str, str]:
    """Every address of a model's pages, by the name of its pattern."""
    patterns = [pattern for pattern in admin.site._registry[type(row)].get_urls() if pattern.name]
    return {
        str(pattern.name): reverse(f"admin:{pattern.name}", kwargs=dict.fromkeys(pattern.pattern.converters, row.pk))
        for pattern in patterns
    }


def shows_words(model: type[Model], name: str) -> bool:
    """Whether the page of this name shows what is written in a row of ours."""
    return model._meta.app_label in OURS and not name.endswith(WITHOUT_WORDS)


def asked(client: Client, method: str, address: str) -> Any:
    """An answer, of which nothing stays in the database."""
    with transaction.atomic():
        answer = getattr(client, method)(address)
        transaction.set_rollback(True)
    return answer
