"""Admin pages of single rows; lists and roles have modules of their own."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avatars.models import DigitalHuman, Render
from avatars.reasons import render as reasons
from conversations.models import Answer, Content, Conversation, Message
from scheduling.models import CampaignRun
from tests.support.factories import (
    AES_KEY,
    TOKEN,
    make_answer,
    make_application,
    make_campaign_run,
    make_desk,
    make_digital_human,
    make_member,
    make_outbound,
    make_render,
    make_voice,
)
from tests.support.model_rows import make_conversation, make_message
from wecom.models import Application

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def client(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def said(application: Application, user_id: str, text: str, **fields: object) -> Message:
    """A message to a member with a conversation."""
    member = make_conversation(application, member=make_member(application, user_id)).member
    return make_message(application, member=member, content=Content.objects.create(text=text, **fields))


def url(app: str, model: str, page: str, *args: object) -> str:
    return reverse(f"admin:{app}_{model}_{page}", args=args)


@pytest.mark.databases
def test_every_address_of_the_sidebar_opens(client):
    page = client.get(reverse("admin:index"))
    links = [item["link"] for section in page.context["sidebar_navigation"] for item in section["items"]]
    assert len(links) >= 14
    assert {client.get(str(link)).status_code for link in links} == {200}


def test_every_list_is_in_the_sidebar(client):
    page = client.get(reverse("admin:index"))
    links = {str(item["link"]) for section in page.context["sidebar_navigation"] for item in section["items"]}
    request = page.wsgi_request
    lists = {
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model, page in admin.site._registry.items()
        if any(page.get_model_perms(request).values())
    }
    assert lists <= links


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_home_page_says_what_is_missing_held_and_being_made(client, settings, language):
    client.cookies["django_language"] = language
    settings.SPEECH_ENGINES = {"kokoro": {"class": "x", "options": {"model_path": "/nowhere"}}}
    application = make_application(name="助手", held_reason="Add the address 203.0.113.7.")
    said(application, "lisi", "你好")
    make_render(text="正在做的视频", status="running", progress=40)
    page = client.get(reverse("admin:index")).content.decode()
    for words in ('data-testid="missing"', "203.0.113.7", "正在做的视频", 'value="40"', "lisi"):
        assert words in page


def test_the_home_page_shows_a_clerk_only_what_a_clerk_may_see(client):
    said(make_application(), "lisi", "我的工资")
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


@pytest.mark.parametrize("asked", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_logging_in_with_a_refused_next_leads_home(db, asked):
    User.objects.create_superuser("hr", password="long-enough-1")
    visitor = Client()
    address = reverse("admin:login", query={"next": asked})
    page = visitor.get(address)
    answer = visitor.post(
        address, {"username": "hr", "password": "long-enough-1", "next": page.context["next"]}, follow=True
    )
    assert answer.redirect_chain == [(reverse("admin:index"), 302)]
    assert answer.status_code == 200


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
    form = {"question": "你好", "other_wordings": "您好", "kind": "text", "answer": "新的回答", "enabled": "on"}
    assert client.post(url("conversations", "answer", "change", answer.pk), form).status_code == 302
    assert Answer.objects.get().answer == "新的回答"


@pytest.mark.databases
def test_a_conversation_reads_in_the_order_in_which_it_was_said(client):
    application = make_application()
    promised = said(application, "lisi", "视频里的话", kind="video")
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
    assert "core/live_page.js" in page
    Render.objects.update(status="done")
    assert "data-unfinished" not in client.get(url("avatars", "render", "changelist")).content.decode()


def test_voices_say_who_uses_them(client):
    voice = make_voice()
    make_digital_human(voice=voice)
    page = client.get(url("avatars", "voice", "changelist"))
    assert [row.human_count for row in page.context["cl"].result_list] == [1]
    assert DigitalHuman.objects.count() == 1


# ---- what cannot be deleted says why


def kept(client: Client, row: Model) -> bool:
    """Whether a row's page of deletion says that it must stay; if so, confirming changes nothing."""
    address = url(row._meta.app_label, str(row._meta.model_name), "delete", row.pk)
    says_so = 'data-testid="kept"' in client.get(address).content.decode()
    if says_so:
        client.post(address, {"post": "yes"})
        assert type(row)._default_manager.filter(pk=row.pk).exists()
    return says_so


def test_an_address_that_can_name_no_row_leads_home(client):
    metas = [model._meta for model in admin.site._registry]
    left = [client.get(url(meta.app_label, meta.model_name, "change", "none")) for meta in metas]
    assert {answer.status_code for answer in left} == {302}


def test_only_an_unused_digital_human_can_be_deleted(client, django_capture_on_commit_callbacks):
    application = make_application()
    rendered, at_a_desk, unused = make_digital_human(), make_digital_human(), make_digital_human()
    make_render(rendered)
    make_desk(application, digital_human=at_a_desk)
    assert kept(client, rendered)
    assert kept(client, at_a_desk)
    assert not kept(client, unused)
    portrait = Path(unused.portrait.path)
    assert portrait.exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("avatars", "digitalhuman", "delete", unused.pk), {"post": "yes"})
    assert not DigitalHuman.objects.filter(pk=unused.pk).exists()
    assert not portrait.exists()


@pytest.mark.databases
def test_what_has_a_history_stays(client):
    conversation = make_conversation()
    application = conversation.application
    assert kept(client, application)
    assert kept(client, application.corporation)
    assert kept(client, conversation.member)
    fresh = make_application()
    assert not kept(client, fresh)
    assert kept(client, make_digital_human().voice)


@pytest.mark.databases
def test_several_rows_are_deleted_together_or_not_at_all(client):
    used, unused = make_digital_human(), make_digital_human()
    make_render(used)
    chosen = {"action": "delete_selected", "_selected_action": [used.pk, unused.pk]}
    page = client.post(url("avatars", "digitalhuman", "changelist"), chosen).content.decode()
    assert 'data-testid="kept"' in page
    assert used.name in page
    client.post(url("avatars", "digitalhuman", "changelist"), {**chosen, "post": "yes"})
    assert DigitalHuman.objects.count() == 2
    only = {**chosen, "_selected_action": [unused.pk], "post": "yes"}
    assert client.post(url("avatars", "digitalhuman", "changelist"), only).status_code == 302
    assert DigitalHuman.objects.get() == used


def test_a_render_that_was_not_made_says_why_and_what_to_do(client):
    render = make_render(status="failed", reason="disk_full", hint="The disk is full.", finished_at=timezone.now())
    page = client.get(url("avatars", "render", "change", render.pk)).content.decode()
    assert "disk_full" not in page
    assert str(reasons.Reason.DISK_FULL.label) in page
    assert str(reasons.SPACE) in page


def test_an_application_whose_campaigns_have_run_stays(client):
    campaign = make_campaign_run().campaign
    page = url("wecom", "application", "delete", campaign.application.pk)
    assert kept(client, campaign.application)
    assert str(CampaignRun._meta.verbose_name) in client.get(page).content.decode()
