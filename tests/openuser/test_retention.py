"""Retention: what people wrote goes after the days of its kind, and what is counted stays."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session as WebSession
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars.models import Narration, Render
from conversations.models import (
    CareCase,
    Content,
    Errand,
    FlowStart,
    MemberModelUsage,
    Message,
    PreferenceChange,
    QuestionOccurrence,
    Session,
    SessionCaller,
    Ticket,
    TicketChange,
    UnansweredQuestion,
)
from core.models import AccessRecord
from core.personal_data import holding_registry, retention
from openuser.models import ApiAnswer, WebhookDelivery
from scheduling.models import CampaignRun, RehearsalRun
from tests.support.model_rows import make_message, make_row
from tests.support.personal_data import tables_with
from wecom.models import Callback, CardUpdate, Download, FactImport, GroupMessage, Outbound, Upload

pytestmark = pytest.mark.django_db

WORDS = "孤舟蓑笠翁"
SAID = {"content": WORDS}
# The words of each kind of row that expires, and whether the row stays.
KINDS: dict[Any, tuple[dict[str, Any], bool]] = {
    Callback: ({"body": WORDS, "status": "done"}, False),
    CardUpdate: ({"text": WORDS, "status": "done", "card": SAID}, False),
    Outbound: ({"content": SAID, "options": SAID, "body": WORDS.encode(), "status": "done"}, True),
    GroupMessage: ({"content": SAID, "options": SAID, "status": "failed"}, True),
    Upload: ({"filename": WORDS, "path": f"uploads/{WORDS}", "status": "done"}, True),
    Download: ({"path": f"inbound/{WORDS}", "status": "done"}, True),
    Render: ({"text": WORDS, "recipe": SAID, "hint": WORDS, "status": "failed"}, True),
    Narration: ({"text": WORDS, "recipe": SAID, "status": "failed"}, True),
    Message: ({"cause": SAID}, True),
    Session: ({"slots": SAID, "labels": SAID, "data": SAID, "status": "completed"}, True),
    CareCase: ({"said": WORDS, "status": "closed"}, False),
    FlowStart: ({"status": "started", "cid": WORDS}, False),
    Errand: ({"question": WORDS, "detail": WORDS, "status": "done"}, True),
    UnansweredQuestion: ({"question": WORDS}, False),
    QuestionOccurrence: ({"words": WORDS}, False),
    PreferenceChange: ({"before": SAID}, False),
    Ticket: ({"summary": WORDS, "status": "closed"}, True),
    TicketChange: ({"text": WORDS}, True),
    CampaignRun: ({"content": SAID, "status": "done", "ended_at": timezone.now()}, False),
    RehearsalRun: ({"wish": SAID, "result": SAID, "status": "done"}, False),
    FactImport: ({"content": WORDS}, False),
    AccessRecord: ({"reader": WORDS}, False),
    LogEntry: ({"object_repr": WORDS, "change_message": WORDS}, False),
    WebSession: ({"session_data": WORDS, "session_key": "k"}, False),
    AccessAttempt: ({"username": WORDS}, False),
    AccessFailureLog: ({"username": WORDS}, False),
    AccessLog: ({"username": WORDS}, False),
    ApiAnswer: ({"body": WORDS.encode(), "status": 200}, False),
    WebhookDelivery: ({"payload": WORDS, "status": "done"}, False),
}
EVERY_KIND = pytest.mark.parametrize("model", list(KINDS), ids=lambda model: model.__name__)


def old_row(model: Any, *, days: float) -> Any:
    """A row with words whose retention began so many days ago."""
    holding = holding_registry.holding_of(model)
    row = make_row(model, **KINDS[model][0])
    model._base_manager.filter(pk=row.pk).update(**{holding.age or "created_at": timezone.now() - timedelta(days=days)})
    return row


def test_every_kind_that_expires_is_in_this_suite():
    expiring = {holding.model for holding in holding_registry.holdings() if holding.age}
    assert expiring == set(KINDS) - {Download} | {MemberModelUsage}


def test_the_use_of_the_language_model_by_members_goes_with_their_questions(settings):
    settings.RETENTION = {**settings.RETENTION, "QUESTIONS_DAYS": 30}
    for days in (30, 32):
        make_row(MemberModelUsage, day=timezone.localdate() - timedelta(days=days))
    retention.expire_all(now=timezone.now())
    assert [row.day for row in MemberModelUsage.objects.all()] == [timezone.localdate() - timedelta(days=30)]


@pytest.mark.databases
def test_words_go_after_the_days_of_their_kind():
    rows = [old_row(model, days=holding_registry.holding_of(model).kind.days() + 0.1) for model in KINDS]
    retention.expire_all(now=timezone.now())
    assert tables_with(WORDS) == []
    left = {type(row) for row in rows if type(row)._base_manager.filter(pk=row.pk).exists()}
    assert left == {model for model, (_fields, stays) in KINDS.items() if stays}


def test_words_stay_until_the_days_of_their_kind_are_over():
    for model in KINDS:
        old_row(model, days=holding_registry.holding_of(model).kind.days() - 0.1 if model is not WebSession else -0.1)
    retention.expire_all(now=timezone.now())
    found = {place.rpartition(".")[0] for place in tables_with(WORDS)}
    assert found >= {model._meta.label for model in KINDS}


@EVERY_KIND
def test_zero_days_keep_words_for_ever(model, monkeypatch):
    holding = holding_registry.holding_of(model)
    row = old_row(model, days=5000)
    monkeypatch.setattr(holding, "kind", type(holding.kind)(key="x", label="x", days=lambda: 0))
    retention.expire_all(now=timezone.now())
    assert tables_with(WORDS) != []
    assert model._base_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [Callback, Outbound, Render, Errand], ids=lambda model: model.__name__)
def test_words_that_are_still_needed_stay(model):
    row = old_row(model, days=5000)
    model.objects.filter(pk=row.pk).update(status="queued")
    retention.expire_all(now=timezone.now())
    assert tables_with(WORDS) != []


def test_words_in_a_flow_around_a_sub_flow_go_with_their_session():
    session = make_row(Session, status="expired", depth=1, finished_at=timezone.now() - timedelta(days=5000))
    make_row(SessionCaller, session=session, slots=SAID)
    retention.expire_all(now=timezone.now())
    assert tables_with(WORDS) == []


@pytest.mark.databases
def test_words_of_messages_go_with_the_last_message_that_has_them():
    before = timezone.now() - timedelta(days=366)
    content = Content.objects.create(text=WORDS)
    old, young = make_message(content=content, created_at=before), make_message(content=content)
    retention.expire_all(now=timezone.now())
    assert Content.objects.get(pk=content.pk).text == WORDS
    Message.objects.filter(pk=young.pk).update(created_at=before)
    retention.expire_all(now=timezone.now())
    assert Content.objects.get(pk=content.pk).text == ""
    assert set(Message.objects.all()) == {old, young}


@pytest.mark.databases
def test_more_rows_than_a_batch_expire_in_one_pass():
    old = timezone.now() - timedelta(days=366)
    Content.objects.bulk_create(Content(text=WORDS) for _ in range(1100))
    like = make_message()
    pairs = Content.objects.filter(text=WORDS)
    fields = {"application": like.application, "member": like.member, "direction": "in", "state": "received"}
    Message.objects.bulk_create(Message(content=content, created_at=old, **fields) for content in pairs)
    retention.expire_all(now=timezone.now())
    assert tables_with(WORDS) == []


def test_many_old_words_that_stay_do_not_keep_others(monkeypatch):
    """Such as those of reminders that go out every day, and those that no message has."""
    monkeypatch.setattr("conversations.personal_data.BATCH", 2)
    before = timezone.now() - timedelta(days=366)
    daily, unsent, old = ([Content.objects.create(text=WORDS) for _ in range(number)] for number in (2, 2, 1))
    for content in (*daily, *old):
        make_message(content=content, created_at=before)
    for content in daily:
        make_message(content=content)
    retention.expire_all(now=timezone.now())
    assert set(Content.objects.filter(text=WORDS)) == {*daily, *unsent}


def test_an_expired_script_is_not_found_by_its_words_again():
    row = old_row(Render, days=401)
    retention.expire_all(now=timezone.now())
    assert Render.objects.get(pk=row.pk).content_hash != row.content_hash


def test_the_file_of_an_upload_goes_with_its_name(django_capture_on_commit_callbacks):
    name = default_storage.save("uploads/old.txt", ContentFile(b"old"))
    row = old_row(Upload, days=91)
    Upload.objects.filter(pk=row.pk).update(path=name)
    with django_capture_on_commit_callbacks(execute=True):
        retention.expire_all(now=timezone.now())
    assert not default_storage.exists(name)
