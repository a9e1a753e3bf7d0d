"""Every page of conversations in the admin: its list, its row, and who may not."""

from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import translation

from conversations.admin import access_records, language_model
from conversations.admin.sessions import _way
from conversations.models import (
    Answer,
    Content,
    Conversation,
    Desk,
    Errand,
    Message,
    Session,
    StateEntry,
)
from core.models import AccessRecord
from tests.conversations.support.flow_pages import staff
from tests.support import factories
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db
PAGES = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "conversations"),
    key=lambda model: model.__name__,
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_each_page_shows_its_rows_to_those_who_may(model, hr, media):
    row = make_row(model)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    listed, shown = reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])
    assert hr.get(listed).status_code == 200
    assert hr.get(shown).status_code == 200
    nobody = staff("nobody")
    assert (nobody.get(listed).status_code, nobody.get(shown).status_code) == (403, 403)


@pytest.mark.parametrize(
    ("state", "fields", "outbound", "words"),
    [
        ("sending", {"reason": "degraded:voice"}, "done", "spoken instead of a video"),
        ("sending", {"degraded": True}, "done", "sent as text instead"),
        ("waiting", {}, None, "waits for its video"),
        ("sending", {}, None, "sent to the outbox"),
        ("cancelled", {}, "done", "cancelled"),
        ("received", {}, None, "received"),
    ],
)
def test_a_message_tells_what_became_of_it(state, fields, outbound, words):
    row = Message(state=state, direction="out", **fields)
    row.outbound = factories.make_outbound(status=outbound) if outbound else None
    assert words in admin.site.get_model_admin(Message).outcome(row)


def test_a_message_that_was_sent_tells_how_far_it_is():
    page = admin.site.get_model_admin(Message)
    told = {
        status: page.outcome(Message(state="sending", outbound=factories.make_outbound(status=status)))
        for status in ("queued", "done", "failed")
    }
    assert len(set(told.values())) == 3
    assert "good" in told["done"]
    assert "bad" in told["failed"]


@pytest.mark.parametrize(("direction", "tone"), [("in", True), ("out", False)])
def test_what_a_member_said_has_a_tone(direction, tone):
    assert ("info" in admin.site.get_model_admin(Message).way(Message(direction=direction))) is tone


@pytest.mark.parametrize(("asked", "listed"), [({}, 2), ({"recallable": "yes"}, 1)])
def test_messages_that_can_be_recalled_are_listed(hr, asked, listed):
    application = factories.make_application()
    member = factories.make_member(application)
    for msgid in ("m", ""):
        outbound = factories.make_outbound(application, status="done", msgid=msgid, finished_at="2100-01-01T00:00Z")
        Message.objects.create(
            application=application,
            member=member,
            content=Content.objects.create(text="x"),
            direction="out",
            state="sending",
            outbound=outbound,
        )
    page = hr.get(reverse("admin:conversations_message_changelist"), asked)
    assert len(page.context["cl"].result_list) == listed


@pytest.mark.parametrize(
    ("written", "way"),
    [
        ("", ("", "", None, "")),
        ("a>b", ("a", "b", None, "")),
        (">b>2026-03-04>7", ("", "b", date(2026, 3, 4), "7")),
        ("a>b>2026-13-40>7", ("a", "b", None, "7")),
        ("a>b>soon>x", ("a", "b", None, "")),
        ("a>b>>7>more", ("a", "b", None, "7")),
    ],
)
def test_a_way_of_the_graph_is_read_from_the_address(written, way):
    assert _way(written) == way


@pytest.mark.parametrize(
    ("way", "listed"),
    [
        ("a>b", True),
        (">b", True),
        ("x>b", False),
        ("a>c", False),
        ("a>b>2026-03-04", True),
        ("a>b>2026-03-05", False),
        ("a>b>>{version}", True),
        ("a>b>>0", False),
        ("a>", True),
        ("", True),
    ],
)
def test_sessions_that_took_a_way_are_listed(hr, way, listed):
    session = make_row(Session)
    make_row(StateEntry, session=session, version=session.version, source="a", state="b", at="2026-03-04T04:00Z")
    address = reverse("admin:conversations_session_changelist")
    page = hr.get(address, {"went": way.format(version=session.version_id)})
    assert (list(page.context["cl"].result_list) == [session]) is listed


@pytest.mark.parametrize(
    ("used", "limit", "percent", "tone"),
    [
        (0, 0, None, ""),
        (9, 0, None, ""),
        (0, 100, 0, ""),
        (79, 100, 79, ""),
        (80, 100, 80, "warn"),
        (99, 100, 99, "warn"),
        (100, 100, 100, "bad"),
        (150, 100, 100, "bad"),
        (1, 3, 33, ""),
    ],
)
def test_a_gauge_warns_from_four_fifths_of_its_limit(used, limit, percent, tone):
    gauge = language_model._gauge("Questions", used, limit, str)
    assert (gauge.percent, gauge.tone, gauge.used, gauge.limit) == (
        percent,
        tone,
        str(used),
        str(limit) if limit else "",
    )


@pytest.mark.parametrize("which", ["view_modelusage", ""])
def test_the_page_of_the_language_model_needs_its_right(which):
    client = staff("anna")
    if which:
        User.objects.get(username="anna").user_permissions.add(Permission.objects.get(codename=which))
    assert client.get(reverse("language-model")).status_code == (200 if which else 403)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("desk", "operators' desk"),
        ("personal_data", "export of a person"),
        ("conversations.message", "Messages"),
        ("gone.model", "gone.model"),
        ("words", "words"),
    ],
)
def test_the_page_of_a_reading_is_named(page, words):
    assert access_records.page_words(page) == words


def test_readings_name_who_read_and_about_whom(hr):
    member = factories.make_member(factories.make_application(), name="王芳")
    fields = {"reader": "anna", "page": "desk", "rows": 1}
    about, several, gone = (make_row(AccessRecord, person=person, **fields) for person in (member.pk, 0, 999999))
    page = admin.site.get_model_admin(AccessRecord)
    assert [page.whose(row) for row in (about, several, gone)] == [str(member), "of several members", "–"]
    assert page.kind(AccessRecord(is_program=True)) == "program"
    assert page.kind(AccessRecord(is_program=False)) == "account"
    address = reverse("admin:core_accessrecord_changelist")
    assert {row.pk for row in hr.get(address).context["cl"].result_list} >= {about.pk, several.pk, gone.pk}
    assert [row.pk for row in hr.get(address, {"q": "王芳"}).context["cl"].result_list] == [about.pk]


@pytest.mark.parametrize(("count", "shown"), [(100, 100), (101, 100)])
def test_a_thread_shows_the_newest_hundred(hr, count, shown):
    conversation = factories.make_conversation()
    contents = Content.objects.bulk_create(Content(text=f"said-{number:03}.") for number in range(count))
    Message.objects.bulk_create(
        Message(
            application=conversation.application,
            member=conversation.member,
            content=content,
            direction="in",
            state="received",
        )
        for content in contents
    )
    html = hr.get(reverse("admin:conversations_conversation_change", args=[conversation.pk])).content.decode()
    assert sum(f"said-{number:03}." in html for number in range(count)) == shown
    assert ("said-000." in html) is (count == shown)


def test_short_words_stand_in_lists():
    assert admin.site.get_model_admin(Desk).greets(Desk(greeting="x" * 61)) == "x" * 60 + "…"
    conversation = Conversation(language="xx")
    conversation.newest, conversation.said_count = "x" * 49, 3
    page = admin.site.get_model_admin(Conversation)
    assert (page.last_words(conversation), page.said(conversation), page.speaks(conversation)) == (
        "x" * 48 + "…",
        3,
        "xx",
    )
    assert admin.site.get_model_admin(Errand).rows_with_words([1]) == []
    assert Answer in PAGES


def test_messages_are_listed_by_the_consent_that_they_rest_on(hr):
    application = factories.make_application()
    member = factories.make_member(application)
    consent = factories.make_consent()
    for given in (consent, None):
        Message.objects.create(
            application=application,
            member=member,
            content=Content.objects.create(text="x"),
            direction="out",
            state="sending",
            render=factories.make_render(consent=given),
        )
    address = reverse("admin:conversations_message_changelist")
    for chosen, count in ((str(consent.pk), 1), ("", 2), ("x", 2)):
        assert len(hr.get(address, {"consent": chosen} if chosen else {}).context["cl"].result_list) == count
    assert "withdrawn consent" not in [filter_.title for filter_ in hr.get(address).context["cl"].filter_specs]
