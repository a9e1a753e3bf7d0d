"""What the page of a question without an answer offers, and to whom."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import translation

from conversations.admin.answers.unanswered import told_words
from conversations.models import UnansweredQuestion
from tests.support import factories

pytestmark = pytest.mark.django_db
RIGHTS = (
    "view_unansweredquestion",
    "read_unansweredquestion",
    "change_unansweredquestion",
    "change_answer",
    "view_answer",
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def question(words: str = "Where", **fields) -> UnansweredQuestion:
    return UnansweredQuestion.objects.create(question=words, plain=words.lower(), times=1, **fields)


def client_with(*rights: str) -> Client:
    user = User.objects.create_user("hr", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def url(row: UnansweredQuestion, name: str) -> str:
    return reverse(f"admin:conversations_unansweredquestion_{name}", args=[row.pk])


@pytest.mark.parametrize(("status", "is_open"), [("open", True), ("answered", False), ("dismissed", False)])
def test_an_open_question_is_settled_and_another_put_back(admin_client, status, is_open):
    row = question(status=status)
    page = admin_client.get(url(row, "change")).content.decode()
    assert (url(row, "reopen_this") in page) is not is_open
    assert (url(row, "dismiss_this") in page) is is_open
    assert (url(row, "write_answer") in page) is is_open
    assert ("Answers that may be meant" in page) is is_open
    assert ("answered by" in page.lower()) is not is_open


@pytest.mark.parametrize("missing", ["", *RIGHTS[1:4]])
def test_only_who_may_read_and_change_both_settles_a_question(missing):
    row, answer = question(), factories.make_answer("Car park")
    client = client_with(*(right for right in RIGHTS if right != missing))
    got = client.post(url(row, "answer_with"), {"answer": answer.pk})
    assert got.status_code == (403 if missing else 302)
    row.refresh_from_db()
    assert row.status == ("open" if missing else "answered")


@pytest.mark.parametrize("chosen", ["", "x", "0"])
def test_an_answer_that_there_is_not_cannot_be_chosen(admin_client, chosen):
    assert admin_client.post(url(question(), "answer_with"), {"answer": chosen}).status_code == 404


def test_an_answer_is_chosen_by_a_post_only(admin_client):
    assert admin_client.get(url(question(), "answer_with")).status_code == 405


def test_a_settled_question_is_not_settled_again(admin_client):
    row, answer = question(status="dismissed"), factories.make_answer("Car park")
    got = admin_client.post(url(row, "answer_with"), {"answer": answer.pk})
    assert got.url == url(row, "change")
    row.refresh_from_db()
    assert row.status == "dismissed"


@pytest.mark.parametrize(
    ("act", "before", "after"), [("dismiss", "open", "dismissed"), ("reopen", "dismissed", "open")]
)
@pytest.mark.parametrize(("count", "words"), [(0, "0 questions"), (1, "1 question "), (2, "2 questions")])
def test_rows_are_settled_and_counted(admin_client, act, before, after, count, words):
    rows = [question(f"Where {number}", status=before) for number in range(count)]
    rows.append(question("Other", status=after))
    chosen = {"action": act, "_selected_action": [row.pk for row in rows]}
    address = f"{reverse('admin:conversations_unansweredquestion_changelist')}?status=all"
    told = [str(one) for one in get_messages(admin_client.post(address, chosen).wsgi_request)]
    assert words in told[-1]
    assert ("To take" in told[-1]) is (act == "dismiss" and count > 0)
    assert {row.status for row in UnansweredQuestion.objects.all()} == {after}


@pytest.mark.parametrize("name", ["write_answer", "write_answer_row"])
def test_an_answer_is_written_for_the_question(admin_client, name):
    row = question()
    got = admin_client.get(url(row, name))
    assert got.url == f"{reverse('admin:conversations_answer_add')}?unanswered={row.pk}"


@pytest.mark.parametrize(("count", "words"), [(0, ""), (1, "1 member is told."), (2, "2 members are told.")])
def test_members_who_are_told_are_counted_once(count, words):
    row, application = question(), factories.make_application()
    for number in range(count):
        conversation = factories.make_conversation(application, f"member{number}")
        for _time in range(2):
            row.occurrences.create(conversation=conversation, words="Where", wants_answer=True)
    assert told_words(row) == words


@pytest.mark.parametrize(("times", "more"), [(50, False), (51, True)])
def test_only_the_last_fifty_are_shown_and_more_are_announced(times, more):
    row = question()
    row.times = times
    page = admin.site.get_model_admin(UnansweredQuestion)
    empty = page.asked(question("Other"))
    assert (len(page.asked(row)) > len(empty)) is more


@pytest.mark.parametrize(("count", "shown"), [(4, 4), (5, 5), (7, 5)])
def test_at_most_five_answers_are_suggested(count, shown):
    for number in range(count):
        factories.make_answer(f"停车位怎么申请 {number}")
    page = admin.site.get_model_admin(UnansweredQuestion)
    row = question("停车位怎么申请")
    assert page.suggestions(row).count('name="answer"') == shown
