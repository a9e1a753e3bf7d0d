"""Editors draft schedules in the admin, and operators publish them or send them back."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from scheduling.models import Run, Schedule
from tests.scheduling.support.admin_pages import ADD, LIST, form
from tests.scheduling.support.schedules import make_schedule

pytestmark = pytest.mark.django_db


def member_of(role: str) -> Client:
    user = User.objects.create_user(role, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def editor(application) -> Client:
    return member_of("editor")


@pytest.fixture
def operator(application) -> Client:
    return member_of("operator")


@pytest.fixture
def draft(editor) -> Schedule:
    assert editor.post(ADD, form()).status_code == 302
    return Schedule.objects.get()


def page(schedule: Schedule, name: str = "change") -> str:
    return reverse(f"admin:scheduling_schedule_{name}", args=[schedule.pk])


def press(client: Client, schedule: Schedule, button: str, **fields: Any) -> int:
    return client.post(page(schedule, f"{button}_this"), {"_form_submitted": "True", **fields}).status_code


def buttons(client: Client, schedule: Schedule) -> list[str]:
    html = client.get(page(schedule)).content.decode()
    names = ("ask_for_publishing", "publish", "send_back", "run_now", "pause", "resume")
    return [name for name in names if page(schedule, f"{name}_this") in html]


def test_an_editors_schedule_is_a_draft_and_an_operators_is_not(draft, operator):
    assert draft.draft
    operator.post(ADD, form(name="published"))
    assert not Schedule.objects.get(name="published").draft


def test_each_gets_the_buttons_of_their_rights_and_its_state(draft, editor, operator):
    assert buttons(editor, draft) == ["ask_for_publishing"]
    assert buttons(operator, draft) == ["publish"]
    press(editor, draft, "ask_for_publishing")
    assert buttons(editor, draft) == []
    assert buttons(operator, draft) == ["publish", "send_back"]
    press(operator, draft, "publish")
    assert buttons(editor, draft) == []
    assert buttons(operator, draft) == ["run_now", "pause"]


def test_asked_for_it_stands_on_the_home_page_and_in_the_list(draft, editor, operator):
    home = reverse("admin:index")
    assert 'data-testid="drafts"' not in operator.get(home).content.decode()
    press(editor, draft, "ask_for_publishing")
    shown = operator.get(home).content.decode()
    assert page(draft, "publish_this") in shown
    assert page(draft, "send_back_this") in shown
    assert 'data-testid="drafts"' not in editor.get(home).content.decode()
    listed = operator.get(LIST).content.decode()
    assert "publishing asked for" in listed
    assert "editor asked for publishing on" in operator.get(page(draft)).content.decode()


def test_the_dialog_says_what_is_published_to_whom(draft, operator):
    dialog = operator.get(page(draft, "publish_this")).content.decode()
    for words in ("every day at 09:00", "早上好！", "2 members get it", "zhangsan"):
        assert words in dialog


def test_a_dialog_is_left_by_a_button_that_says_so(draft, operator):
    dialog = operator.get(page(draft, "publish_this")).content.decode().partition('id="dialog"')[2]
    assert "Go back" in dialog
    assert "Cancel" not in dialog  # which beside “Cancel the campaign” might do just that


def test_a_draft_that_was_changed_meanwhile_is_not_published(draft, editor, operator):
    seen = operator.get(page(draft, "publish_this")).content.decode().split('name="seen" value="')[1].split('"')[0]
    editor.post(page(draft), form(text="别的。"))
    press(operator, draft, "publish", seen=seen)
    draft.refresh_from_db()
    assert draft.draft
    assert "changed since you looked" in operator.get(page(draft)).content.decode()


def test_sent_back_its_writer_reads_why_and_changes_it(draft, editor, operator):
    press(editor, draft, "ask_for_publishing")
    assert press(operator, draft, "send_back", note="") == 200
    assert Schedule.objects.asked().exists()
    press(operator, draft, "send_back", note="明天放假。")
    assert "明天放假。" in editor.get(reverse("admin:index")).content.decode()
    assert "明天放假。" in editor.get(page(draft)).content.decode()
    assert editor.post(page(draft), form(text="后天见。")).status_code == 302
    draft.refresh_from_db()
    assert (draft.draft, draft.text) == (True, "后天见。")


def test_who_asked_published_and_sent_back_is_in_the_log(draft, editor, operator):
    press(editor, draft, "ask_for_publishing")
    press(operator, draft, "send_back", note="明天放假。")
    press(editor, draft, "ask_for_publishing")
    press(operator, draft, "publish")
    rows = LogEntry.objects.filter(object_id=str(draft.pk), action_flag=2).order_by("pk")
    assert [(row.user.username, row.get_change_message()) for row in rows] == [
        ("editor", "Publishing was asked for."),
        ("operator", "It was sent back: 明天放假。"),
        ("editor", "Publishing was asked for."),
        ("operator", "It was published."),
    ]


def test_an_editor_neither_sends_nor_changes_what_is_published(editor):
    schedule = make_schedule()
    before = Schedule.objects.values().get()
    assert editor.post(page(schedule), form(text="x")).status_code == 403
    assert editor.post(page(schedule, "delete"), {"post": "yes"}).status_code == 403
    for button in ("publish", "send_back", "run_now", "pause", "resume"):
        assert press(editor, schedule, button) == 403
    for action in ("run_now", "pause", "delete_selected"):
        editor.post(LIST, {"action": action, "_selected_action": [schedule.pk], "post": "yes", "confirmed": "yes"})
    assert Schedule.objects.values().get() == before
    assert not Run.objects.exists()


def test_an_editor_deletes_their_draft(draft, editor):
    assert editor.post(page(draft, "delete"), {"post": "yes"}).status_code == 302
    assert not Schedule.objects.exists()


def test_actions_of_the_list_leave_drafts_out_and_say_so(draft, operator):
    chosen = {"_selected_action": [draft.pk], "confirmed": "yes"}
    for action in ("run_now", "resume"):
        answer = operator.post(LIST, {"action": action, **chosen}, follow=True).content.decode()
        assert "Drafts send nothing until they are published: 晨会" in answer
    press(operator, draft, "run_now")
    press(operator, draft, "resume")
    draft.refresh_from_db()
    assert (draft.draft, draft.paused) == (True, True)
    assert not Run.objects.exists()
