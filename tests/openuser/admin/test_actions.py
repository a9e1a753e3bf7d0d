"""Admin actions in lists and on pages, and the roles that may use them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avatars.models import Render
from openuser.api.openapi.views import description
from tests.openuser.admin.test_pages import url
from tests.support.factories import make_application, make_callback, make_digital_human, make_outbound, make_render
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def press(client: Client, row: Model, action: str) -> int:
    """Press a button on a row's page, and confirm."""
    address = url(row._meta.app_label, str(row._meta.model_name), action, row.pk)
    return client.post(address, {"_form_submitted": "True"}).status_code


def choose(client: Client, rows: list[Any], action: str) -> int:
    """Choose rows of a list and run an action on them."""
    meta = rows[0]._meta
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url(meta.app_label, meta.model_name, "changelist"), data).status_code


def test_a_render_is_cancelled_and_made_again(client):
    render = make_render()
    assert choose(client, [render], "cancel") == 302
    render.refresh_from_db()
    assert render.status == Render.Status.CANCELLED
    assert press(client, render, "again_this") == 200
    render.refresh_from_db()
    assert render.status == Render.Status.QUEUED
    assert press(client, render, "cancel_this") == 200
    assert choose(client, [render], "again") == 302
    render.refresh_from_db()
    assert render.status == Render.Status.QUEUED


def test_a_button_asks_before_it_does_anything(client):
    render = make_render()
    page = client.get(url("avatars", "render", "change", render.pk)).content.decode()
    assert "cancel_this" in page
    assert "again_this" not in page
    question = client.get(url("avatars", "render", "cancel_this", render.pk))
    assert question.status_code == 200
    render.refresh_from_db()
    assert render.status == Render.Status.QUEUED


def test_an_unknown_message_is_resent_or_treated_as_sent(client):
    first = make_outbound(status="failed", reason="unknown")
    second = make_outbound(first.application, status="failed", reason="unknown")
    third = make_outbound(first.application, status="failed", reason="refused")
    assert choose(client, [second, third], "treat_as_sent") == 302
    assert press(client, first, "resend_this") == 200
    statuses = [Outbound.objects.get(pk=row.pk).status for row in (first, second, third)]
    assert statuses == ["queued", "done", "failed"]


def test_a_callback_is_handled_once_more_where_its_body_is_kept(client):
    kept = make_callback(status="done", body="<xml/>")
    gone = make_callback(kept.application, status="done")
    assert choose(client, [kept, gone], "replay") == 302
    assert Callback.objects.get(pk=kept.pk).status == "queued"
    assert Callback.objects.get(pk=gone.pk).status == "done"
    Callback.objects.update(status="done")
    assert press(client, kept, "replay_this") == 200
    assert Callback.objects.get(pk=kept.pk).status == "queued"


def test_a_dialog_that_is_confirmed_before_htmx_has_seen_it_is_confirmed(client):
    kept = make_callback(status="done", body="<xml/>")
    address = url("wecom", "callback", "replay_this", kept.pk)
    shown = client.get(address).content.decode()
    assert f'action="http://testserver{address}"' in shown
    answer = client.post(address, {"_form_submitted": "True"}, headers={"sec-fetch-mode": "navigate"})
    assert (answer.status_code, answer["Location"]) == (302, url("wecom", "callback", "change", kept.pk))
    assert Callback.objects.get(pk=kept.pk).status == "queued"


def test_a_digital_human_says_a_sample(client):
    human = make_digital_human(name="小林")
    assert choose(client, [human], "try_out") == 302
    address = url("avatars", "digitalhuman", "sample", human.pk)
    assert "小林" in client.get(address).content.decode()
    answer = client.post(address, {"_form_submitted": "True", "text": "试试这句话"})
    render = Render.objects.get(text="试试这句话")
    assert answer["HX-Redirect"] == url("avatars", "render", "change", render.pk)
    refused = client.post(address, {"_form_submitted": "True", "text": "长" * 5000})
    assert "5000" in refused.content.decode()
    assert Render.objects.count() == 2


@pytest.mark.parametrize(
    ("make", "view", "act", "actions"),
    [
        (make_render, "view_render", "change_render", ["cancel", "again"]),
        (make_outbound, "view_outbound", "change_outbound", ["resend", "treat_as_sent", "recall"]),
        (make_callback, "view_callback", "change_callback", ["replay"]),
        (make_digital_human, "view_digitalhuman", "add_render", ["try_out"]),
    ],
)
def test_an_action_needs_its_permission(make, view, act, actions):
    row = make()
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename=view))
    visitor = Client()
    visitor.force_login(clerk)
    changelist = url(row._meta.app_label, row._meta.model_name, "changelist")
    assert offered(visitor, changelist) == []
    clerk.user_permissions.add(Permission.objects.get(codename=act))
    assert offered(visitor, changelist) == actions


def offered(client: Client, changelist: str) -> list[str]:
    form = client.get(changelist).context["action_form"]
    return [name for name, _label in form.fields["action"].choices if name] if form else []


def test_a_button_without_the_permission_is_refused():
    render = make_render()
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_render"))
    visitor = Client()
    visitor.force_login(clerk)
    assert press(visitor, render, "cancel_this") == 403
    render.refresh_from_db()
    assert render.status == Render.Status.QUEUED


def test_a_held_application_is_tried_again_at_once(client):
    application = make_application(held_reason="Add 203.0.113.7.", held_until=timezone.now() + timedelta(minutes=5))
    outbound = make_outbound(application, reason="held", due_at=timezone.now() + timedelta(minutes=5))
    assert "203.0.113.7" in client.get(url("wecom", "application", "change", application.pk)).content.decode()
    press(client, application, "try_again_this")
    application.refresh_from_db()
    outbound.refresh_from_db()
    assert application.held_reason == ""
    assert outbound.due_at <= timezone.now()


def rows_actions() -> list[str]:
    """Every button on the page of a row."""
    registered: list[Any] = list(admin.site._registry.values())
    return [f"admin:{action.action_name}" for one in registered for action in one._get_base_actions_detail()]


@pytest.mark.parametrize("name", rows_actions())
def test_a_button_of_a_row_that_is_gone_answers_404(client, name):
    for missing in (987654321, "x"):
        address = reverse(name, kwargs={"object_id": missing})
        assert client.get(address).status_code == 404
        assert client.post(address, {"_form_submitted": "True"}).status_code == 404


def rest_actions() -> Iterator[tuple[str, str]]:
    """Every address of the API below a row, with each of its methods."""
    for path, methods in description()["paths"].items():
        yield from ((method, path) for method in methods if "{id}" in path)


def test_an_api_call_for_a_row_that_is_gone_answers_404(client):
    answers = {
        f"{method} {path}": getattr(client, method)(
            re.sub(r"\{\w+\}", "987654321", path), {}, content_type="application/json"
        )
        for method, path in rest_actions()
    }
    assert len(answers) > 100
    assert {call: answer.status_code for call, answer in answers.items() if answer.status_code != 404} == {}
