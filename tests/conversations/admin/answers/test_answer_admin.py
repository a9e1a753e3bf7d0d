"""What the list of answers shows and filters, a day before, at and after its borders."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from conversations.models import Answer, UnansweredQuestion
from tests.conversations.support.flow_pages import staff
from tests.support import factories
from tests.support.admin_forms import unchanged

pytestmark = pytest.mark.django_db
LIST = "admin:conversations_answer_changelist"


def day(days: int | None):
    return None if days is None else timezone.localdate() + timedelta(days=days)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("starts", "ends", "kind", "tone", "words"),
    [
        (None, None, "now", "", "–"),
        (None, 0, "now", "", "until {ends}"),
        (None, -1, "over", "bad", "until {ends}"),
        (0, None, "now", "", "–"),
        (1, None, "later", "info", "from {starts}"),
        (1, 2, "later", "info", "from {starts}"),
        (-2, 1, "now", "", "until {ends}"),
    ],
)
def test_an_answer_is_valid_on_its_first_and_its_last_day(starts, ends, kind, tone, words):
    row = factories.make_answer(valid_from=day(starts), valid_until=day(ends))
    shown = admin.site.get_model_admin(Answer).validity(row)
    assert words.format(starts=day(starts), ends=day(ends)) in shown
    assert tone in shown
    assert ("badge" in shown) is bool(tone)
    client = staff("boss", superuser=True)
    for value in ("now", "later", "over", ""):
        rows = client.get(reverse(LIST), {"validity": value} if value else {}).context["cl"].result_list
        assert (row in rows) is (value in (kind, ""))


@pytest.mark.parametrize(
    ("wordings", "shown"),
    [("", "–"), ("a\nb", "a · b"), ("x" * 30, "x" * 30), ("x" * 31, "x" * 30 + "…")],
)
def test_other_wordings_are_cut_for_the_list(wordings, shown):
    row = factories.make_answer("Question", other_wordings=wordings)
    assert admin.site.get_model_admin(Answer).others(row) == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"answer": "x" * 50}, "x" * 50),
        ({"answer": "x" * 51}, "x" * 50 + "…"),
        ({"answer": "Hello", "kind": "card", "title": "Title"}, "[card with a link] Hello"),
        ({"answer": "", "kind": "card", "title": "Title"}, "[card with a link] Title"),
    ],
)
def test_an_answer_is_shown_by_its_words_and_its_kind(fields, shown):
    assert admin.site.get_model_admin(Answer).short(factories.make_answer("Question", **fields)) == shown


def test_an_answer_names_for_whom_it_is():
    application = factories.make_application()
    row = factories.make_answer("Question")
    page = admin.site.get_model_admin(Answer)
    assert page.for_whom(row) == "everybody"
    row.departments.add(factories.make_department(application, 1, "研发"))
    row.tags.add(factories.make_tag(application))
    assert page.for_whom(row) == "研发 · 试用期"


def test_try_it_opens_the_trial_with_its_question(admin_client):
    row = factories.make_answer("年假 有几天？")
    answer = admin_client.get(reverse("admin:conversations_answer_try_this", args=[row.pk]))
    assert (answer.status_code, answer.url.split("?")[1]) == (
        302,
        "q=%E5%B9%B4%E5%81%87+%E6%9C%89%E5%87%A0%E5%A4%A9%EF%BC%9F",
    )
    assert admin_client.get(answer.url).status_code == 200


def question(**fields) -> UnansweredQuestion:
    row = UnansweredQuestion.objects.create(question="Where", plain="where", language="en", times=1, **fields)
    row.occurrences.create(conversation=factories.make_conversation(), words="Where", wants_answer=True)
    return row


def added(client: Client, row: UnansweredQuestion, **pressed: str):
    address = f"{reverse('admin:conversations_answer_add')}?unanswered={row.pk}"
    data = {"question": "Other", **unchanged(client, address), "answer": "There."}
    data |= pressed or {"_save": "1"}
    return client.post(address, data)


def test_a_saved_answer_settles_the_question_and_leads_back(admin_client):
    row = question()
    answer = added(admin_client, row)
    row.refresh_from_db()
    assert (row.status, row.answer.question, answer.url) == (
        "answered",
        "Where",
        reverse("admin:conversations_unansweredquestion_changelist"),
    )


def test_to_go_on_editing_stays_at_the_answer(admin_client):
    row = question()
    answer = added(admin_client, row, _continue="1")
    row.refresh_from_db()
    assert answer.url.startswith(reverse("admin:conversations_answer_change", args=[row.answer.pk]))


def test_who_may_not_settle_questions_writes_an_answer_only():
    row = question()
    client = staff("editor")
    User.objects.get(username="editor").user_permissions.set(
        Permission.objects.filter(codename__in=("add_answer", "view_answer"))
    )
    assert added(client, row).status_code == 302
    row.refresh_from_db()
    assert row.status == "open"
    assert Answer.objects.get().question == "Other"
