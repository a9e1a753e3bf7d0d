"""What each page of conversations calls its columns, fields and actions, and whose reading of it is recorded."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_headers
from django.urls import reverse
from django.utils import translation

from conversations import models
from core.models import AccessRecord
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db
COLUMNS = {
    "Answer": "question, other wordings, answer, topic, for whom, validity, enabled",
    "CannedAnswer": "title, text, language, topic",
    "Conversation": "member, last text, messages, application, language, last message",
    "Desk": "application, digital human, first language, greeting",
    "Document": "title, kind, status, pages, passages, topic, for whom, enabled",
    "Errand": "ID, kind, service, conversation, status, reason, timeline, at",
    "Flow": "name, language, version that runs, draft, sessions now, starts with, enabled",
    "FlowVersion": "version, flow, status, what changed, published by, published at",
    "Message": "ID, direction, member, text, status, timeline, at",
    "Operator": "name, member, account, groups, answers now, enabled",
    "OperatorGroup": "name, application, topics, operators, there, answer within, enabled",
    "Session": "ID, member, flow version, step, status, timeline, started at, next reminder or end",
    "State": "name, flow, what it does, text, key",
    "Topic": "name, in English, order, can be muted, muted by",
    "UnansweredQuestion": "question, asked, want to be told, language, last asked, status",
}
SORTED = {  # the columns that a click sorts by
    "Answer": "question",
    "CannedAnswer": "title, language, topic",
    "Conversation": "last message",
    "Desk": "application, digital human, first language",
    "Document": "title, kind, status, passages, topic, enabled",
    "Errand": "ID, at",
    "Flow": "name, language, sessions now, enabled",
    "FlowVersion": "",
    "Message": "ID, at",
    "Operator": "name, member, account, groups, answers now, enabled",
    "OperatorGroup": "name, application, operators, there, answer within, enabled",
    "Session": "ID",
    "State": "name, flow, what it does, key",
    "Topic": "name, in English, order, can be muted, muted by",
    "UnansweredQuestion": "asked, last asked",
}
FIELDS = {  # those that are only read
    "Conversation": "member, application, language, messages",
    "Document": "status, pages, passages, text",
    "Errand": (
        "service, conversation, language, status, reason, detail, timeline, created at, due at, "
        "deadline, finished at, attempts"
    ),
    "FlowVersion": (
        "flow, version, status, what changed, published by, published at, members who were in it, "
        "changed since the one before, graph"
    ),
    "Message": "direction, member, text, status, timeline, at, reasons, render, outbound message",
    "OperatorGroup": "public holidays",
    "Session": (
        "member, flow version, language, in a sub-flow of, status, step, answers so far, "
        "questions answered, timeline, started at, asked at, next reminder or end, finished at, tries, "
        "reminded, graph"
    ),
    "UnansweredQuestion": "question, status, asked, want to be told, last asked, questions and answers, who asked",
}
ACTIONS = {
    "Answer": "Delete selected questions and answers, Export as YAML",
    "CannedAnswer": "Delete selected canned answers",
    "Desk": "Delete selected desks",
    "Document": "Delete selected documents, Read again, Export as YAML",
    "Flow": "Delete selected flows, Duplicate, Export as YAML",
    "Message": "Recall",
    "Operator": "Delete selected operators",
    "OperatorGroup": "Delete selected groups of operators",
    "Session": "End session",
    "State": "Delete selected steps",
    "Topic": "Delete selected topics",
    "UnansweredQuestion": "Dismiss, Put back on the list",
}
READ_IN_LIST = {"Conversation", "Message", "UnansweredQuestion"}
READ_ON_PAGE = {*READ_IN_LIST, "Session"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def address(name: str, page: str, *args: Any) -> str:
    return reverse(f"admin:conversations_{name.lower()}_{page}", args=args)


@pytest.mark.parametrize("name", COLUMNS)
def test_each_list_has_its_columns_and_actions(name, hr, media):
    make_row(getattr(models, name))
    AccessRecord.objects.all().delete()
    context = hr.get(address(name, "changelist")).context
    headers = [header for header in result_headers(context["cl"]) if "<" not in str(header["text"])]
    assert [str(header["text"]) for header in headers] == COLUMNS[name].split(", ")
    assert [str(header["text"]) for header in headers if header.get("sortable")] == [
        *filter(None, SORTED[name].split(", "))
    ]
    form = context.get("action_form")
    actions = [str(label) for value, label in form.fields["action"].choices if value] if form else []
    assert actions == [*filter(None, ACTIONS.get(name, "").split(", "))]
    assert AccessRecord.objects.filter(way="list").exists() is (name in READ_IN_LIST)


@pytest.mark.parametrize("name", COLUMNS)
def test_each_page_has_its_fields_and_records_who_read_them(name, hr, media):
    row = make_row(getattr(models, name))
    AccessRecord.objects.all().delete()
    form = hr.get(address(name, "change", row.pk)).context["adminform"]
    fields = [field for fieldset in form for line in fieldset for field in line]
    labels = [str(field.field["label"]) for field in fields if getattr(field, "is_readonly", False)]
    assert labels == [*filter(None, FIELDS.get(name, "").split(", "))]
    assert AccessRecord.objects.filter(way="row").exists() is (name in READ_ON_PAGE)


def test_each_column_that_is_not_a_field_says_so_in_words():
    for model, page in admin.site._registry.items():
        if model._meta.app_label == "conversations":
            columns = [getattr(page, name) for name in page.list_display if hasattr(page, str(name))]
            assert [column.__name__ for column in columns if not getattr(column, "short_description", "")] == []
