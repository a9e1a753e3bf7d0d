"""Every page of the admin: who may see it, how much it asks of the database, and what people edit there."""

import secrets
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from avatars.models import DigitalHuman, Render
from conversations.models import Answer, Content, Conversation, Message
from tests.factories import (
    AES_KEY,
    TOKEN,
    make_answer,
    make_application,
    make_callback,
    make_corporation,
    make_desk,
    make_digital_human,
    make_member,
    make_outbound,
    make_render,
    make_upload,
    make_voice,
)
from wecom.models import Application, Attempt

pytestmark = pytest.mark.django_db
LISTS = [
    (model._meta.app_label, model._meta.model_name)
    for model in admin.site._registry
    if model.__name__ not in ("IntervalSchedule", "CrontabSchedule", "SolarSchedule", "ClockedSchedule")
]


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def client(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def make_message(application: Application, user_id: str, **fields: object) -> Message:
    member = make_member(application, user_id)
    Conversation.objects.create(application=application, member=member, language="zh-hans")
    values = {"direction": "out", "state": "sending", "content": Content.objects.create(text="你好"), **fields}
    return Message.objects.create(application=application, member=member, cid=secrets.token_hex(8), **values)


def make_rows(count: int) -> None:
    """So many of everything that the admin lists."""
    every, _ = IntervalSchedule.objects.get_or_create(every=15, period="seconds")
    for _number in range(count):
        name = secrets.token_hex(6)
        application = make_application(corporation=make_corporation(name=name))
        human = make_digital_human()
        make_desk(application, digital_human=human)
        make_answer(name)
        make_callback(application)
        outbound = make_outbound(application, upload=make_upload(application))
        Attempt.objects.create(outbound=outbound, number=1, outcome="sent", ended_at=timezone.now())
        make_message(application, name, render=make_render(human), outbound=outbound)
        User.objects.create_user(name)
        Group.objects.create(name=name)
        PeriodicTask.objects.create(name=name, task="openuser.sweep", interval=every)


def url(app: str, model: str, page: str, *args: object) -> str:
    return reverse(f"admin:{app}_{model}_{page}", args=args)


@pytest.mark.parametrize(("app", "model"), LISTS)
def test_every_page_opens_with_rows(client, app, model):
    make_rows(2)
    call_command("seed")
    row = next(known for known in admin.site._registry if known._meta.label_lower == f"{app}.{model}").objects.last()
    assert client.get(url(app, model, "changelist")).status_code == 200
    assert client.get(url(app, model, "changelist"), {"q": "你好"}).status_code in (200, 302)
    assert client.get(url(app, model, "change", row.pk)).status_code == 200
    assert client.get(url(app, model, "history", row.pk)).status_code == 200
    assert client.get(url(app, model, "add")).status_code in (200, 403)
    assert client.get(url(app, model, "delete", row.pk)).status_code in (200, 403)


@pytest.mark.parametrize(("app", "model"), LISTS)
def test_nobody_else_sees_a_page(client, app, model):
    make_rows(1)
    employee = Client()
    employee.force_login(User.objects.create_user("employee"))
    clerk = Client()
    clerk.force_login(User.objects.create_user("clerk", is_staff=True))
    for page in ("changelist", "add"):
        assert Client().get(url(app, model, page)).status_code == 302
        assert employee.get(url(app, model, page)).status_code == 302
        assert clerk.get(url(app, model, page)).status_code == 403


@pytest.mark.parametrize(("app", "model"), LISTS)
def test_a_list_asks_as_often_for_thirty_rows_as_for_three(client, app, model):
    make_rows(3)
    client.get(url(app, model, "changelist"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url(app, model, "changelist"))
    make_rows(27)
    with CaptureQueriesContext(connection) as many:
        client.get(url(app, model, "changelist"))
    assert len(many) <= len(few)


@pytest.mark.parametrize(("app", "model"), LISTS)
def test_an_empty_list_has_words(client, app, model):
    page = client.get(url(app, model, "changelist"), {"q": "nothing-like-this"}, follow=True).content.decode()
    assert 'data-testid="empty"' in page or 'id="result_list"' in page


def test_every_address_of_the_sidebar_opens(client):
    page = client.get(reverse("admin:index"))
    links = [item["link"] for section in page.context["sidebar_navigation"] for item in section["items"]]
    assert len(links) >= 14
    assert {client.get(str(link)).status_code for link in links} == {200}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_home_page_says_what_is_missing_held_and_being_made(client, settings, language):
    client.cookies["django_language"] = language
    settings.SPEECH_ENGINES = {"kokoro": {"class": "x", "options": {"model_path": "/nowhere"}}}
    application = make_application(name="助手", held_reason="Add the address 203.0.113.7.")
    make_message(application, "lisi")
    make_render(text="正在做的视频", status="running", progress=40)
    page = client.get(reverse("admin:index")).content.decode()
    for words in ('data-testid="missing"', "203.0.113.7", "正在做的视频", 'value="40"', "lisi"):
        assert words in page


def test_the_home_page_shows_a_clerk_only_what_a_clerk_may_see(client):
    make_message(make_application(), "lisi", content=Content.objects.create(text="我的工资"))
    clerk = Client()
    clerk.force_login(User.objects.create_user("clerk", is_staff=True))
    page = clerk.get(reverse("admin:index"))
    assert page.status_code == 200
    assert "我的工资" not in page.content.decode()


def test_logging_in_leads_to_the_page_that_was_asked_for(client):
    User.objects.create_superuser("hr", password="long-enough-1")
    visitor = Client()
    page = visitor.get(reverse("admin:login")).content.decode()
    assert f'name="next" value="{reverse("admin:index")}"' in page
    answer = visitor.post(
        reverse("admin:login"), {"username": "hr", "password": "long-enough-1", "next": reverse("admin:index")}
    )
    assert answer["Location"] == reverse("admin:index")


# ---- applications


def test_secrets_are_never_shown(client):
    application = make_application(secret="very-secret-value", access_token="token-of-the-platform")
    for page in (url("wecom", "application", "changelist"), url("wecom", "application", "change", application.pk)):
        html = client.get(page).content.decode()
        for secret in ("very-secret-value", TOKEN, AES_KEY, "token-of-the-platform"):
            assert secret not in html


def application_form(application: Application, **changes: str) -> dict[str, object]:
    fields = {"corporation": application.corporation_id, "agent_id": application.agent_id, "name": application.name}
    return {**fields, "api_base_url": application.api_base_url, "enabled": "on", **changes}


def test_empty_secrets_keep_what_is_stored_and_new_ones_replace_it(client):
    application = make_application(held_reason="The secret is wrong.", held_until=timezone.now())
    page = url("wecom", "application", "change", application.pk)
    assert client.post(page, application_form(application, name="新名字")).status_code == 302
    application.refresh_from_db()
    assert (application.name, application.secret, application.token) == ("新名字", "s3cr3t", TOKEN)
    assert application.held_reason == ""
    assert client.post(page, application_form(application, secret="other")).status_code == 302
    application.refresh_from_db()
    assert application.secret == "other"


def test_a_malformed_key_is_refused_in_words(client):
    application = make_application()
    page = client.post(
        url("wecom", "application", "change", application.pk), application_form(application, encoding_aes_key="short")
    )
    assert page.context["adminform"].form.errors["encoding_aes_key"]
    application.refresh_from_db()
    assert application.encoding_aes_key == AES_KEY


# ---- what people edit, and what they read


def test_an_answer_is_edited_and_switched_off(client):
    answer = make_answer()
    form = {"question": "你好", "other_wordings": "您好", "answer": "新的回答", "enabled": "on"}
    assert client.post(url("conversations", "answer", "change", answer.pk), form).status_code == 302
    assert Answer.objects.get().answer == "新的回答"


def test_a_conversation_reads_in_the_order_in_which_it_was_said(client):
    application = make_application()
    promised = make_message(application, "lisi", content=Content.objects.create(kind="video", text="视频里的话"))
    later = timezone.now() + timedelta(seconds=9)
    promised.outbound = make_outbound(application, msgtype="video", created_at=later)
    promised.save()
    note = Message.objects.create(
        application=application,
        member=promised.member,
        direction="out",
        state="sending",
        content=Content.objects.create(text="正在制作"),
    )
    conversation = Conversation.objects.get(member=note.member)
    page = client.get(url("conversations", "conversation", "change", conversation.pk)).content.decode()
    assert page.index("正在制作") < page.index("视频里的话")


def test_an_unfinished_render_asks_its_page_to_look_again(client):
    make_render(status="running", progress=35)
    page = client.get(url("avatars", "render", "changelist")).content.decode()
    assert "data-unfinished" in page
    assert "openuser/live.js" in page
    Render.objects.update(status="done")
    assert "data-unfinished" not in client.get(url("avatars", "render", "changelist")).content.decode()


def test_voices_say_who_uses_them(client):
    voice = make_voice()
    make_digital_human(voice=voice)
    page = client.get(url("avatars", "voice", "changelist"))
    assert [row.human_count for row in page.context["cl"].result_list] == [1]
    assert DigitalHuman.objects.count() == 1
