"""What members tell the digital human stands on no page of those who may not read it: every page, field and address.

Models and addresses that come later are found by themselves.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import models
from django.test import Client
from django.urls import get_resolver, reverse

from conversations.models import Message, Session, Ticket
from core.confidentiality.access_records import record_access
from core.models import AccessRecord
from openuser.models import ApiClient
from openuser.roles import Role
from tests.openuser.api.test_scopes import API, views
from tests.openuser.support.admin_pages import MODELS, addresses, asked
from tests.openuser.support.confidences import TOLD, WHO, make_confidences, rows_of_everything
from tests.support import factories
from tests.support.admin_rendering import unrendered, without_menu
from wecom.models import Application, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration_engines")]
PLAIN = (Role.VIEWER, Role.EDITOR, Role.OPERATOR, Role.APPROVER)
PAGES = ("index", "admin-home", "quotas", "calendar", "desk", "desk-report")
# What a program is given for what members said, by name.
OF_WORDS = {"conversations:read", "callbacks:text", "questions:read", "questions:write", "personal_data:read"}


@pytest.fixture
def member(application) -> Member:
    return make_confidences(application)


@pytest.fixture
def application() -> Application:
    return factories.make_application(is_default=True)


def client_of(*roles: Role) -> Client:
    user = User.objects.create_user(f"a-{'-'.join(roles)}", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def everybody() -> Client:
    """An account with all roles but those that may read: what none of them sees, it does not see."""
    return client_of(*PLAIN)


def every_page() -> Iterator[str]:
    """All addresses of the admin for the rows that there are, the lists as sorted by each column too."""
    rows = rows_of_everything()
    for model in MODELS:
        if row := rows.get(model._meta.label):
            yield from addresses(row).values()
    for name in PAGES:
        yield reverse(f"admin:{name}" if name == "index" else name)
    yield reverse("desk") + "?list=all"
    yield reverse("desk") + "?list=waiting&part=1"
    yield reverse("desk-ticket", args=[Ticket.objects.get().pk])
    yield reverse("timeline", args=["c0ffee"])


def telling(client: Client, pages: Iterator[str]) -> list[str]:
    """The pages that tell it."""
    with without_menu():
        return [page for page in pages if TOLD in read(client, page)]


def read(client: Any, page: str) -> str:
    answer = asked(client, "get", page)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))


@pytest.mark.databases
def test_no_page_tells_what_a_member_said(member, everybody):
    assert telling(everybody, every_page()) == []


@pytest.mark.parametrize("role", [pytest.param(role, marks=pytest.mark.thorough) for role in PLAIN])
def test_no_page_tells_a_single_role_either(member, role):
    assert telling(client_of(role), every_page()) == []


def test_a_conversation_reader_reads_it(member):
    reader = client_of(Role.READER)
    told = telling(reader, every_page())
    conversation = reverse("admin:conversations_conversation_change", args=[member.conversations.get().pk])
    assert conversation in told
    assert reverse("admin:conversations_unansweredquestion_changelist") in told
    assert reverse("admin:index") not in told
    assert len(told) > 10


def test_no_search_and_no_filter_finds_it(member, everybody):
    asked_for = [(model, asks) for model in MODELS for asks in ("q", *columns(model))]
    with unrendered():
        found = [(model._meta.label, asks) for model, asks in asked_for if finds(everybody, model, asks)]
    assert len(asked_for) > 500
    assert found == []


def finds(client: Client, model: type[models.Model], asks: str) -> bool:
    """Whether a list that is asked for it by this lookup has a row; addresses that are refused have none."""
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    answer = client.get(page, {asks: TOLD})
    changes = (getattr(answer, "context_data", None) or {}).get("cl")
    return answer.status_code == 200 and changes is not None and bool(list(changes.result_list))


def columns(model: type[models.Model]) -> Iterator[str]:
    """Lookups of texts of a model, and of the rows that it points to."""
    for field in model._meta.concrete_fields:
        yield from lookups(field, field.name)
        if field.is_relation and field.related_model not in (User, model):
            related: Any = field.related_model
            for its in related._meta.concrete_fields:
                yield from lookups(its, f"{field.name}__{its.name}")


def lookups(field: Any, name: str) -> Iterator[str]:
    if isinstance(field, models.JSONField):
        yield from (f"{name}__{key}" for key in ("name", "content"))
    elif isinstance(field, models.CharField | models.TextField | models.FileField):
        yield f"{name}__contains"


def rest_addresses() -> Iterator[str]:
    """Every address of the API that is read, for the first row of its model."""
    rows = rows_of_everything()
    for address, view in views(get_resolver()):
        if not address.startswith(API) or "get" not in (getattr(view, "actions", None) or {}):
            continue
        row = rows.get(view.cls.queryset.model._meta.label) if getattr(view.cls, "queryset", None) is not None else None
        known = {"pk": row.pk if row else 1}
        yield from reversed_address(address, known)


def reversed_address(address: str, known: dict[str, Any]) -> Iterator[str]:
    """The address with the key of the row; those that need something else are tested elsewhere."""
    plain = address.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\.", ".")
    for part in ("(?P<pk>[1-9][0-9]{0,17})", "(?P<pk>[^/.]+)", "<int:pk>"):
        plain = plain.replace(part, str(known["pk"]))
    if "(" not in plain and "<" not in plain and "export" not in plain:
        yield f"/{plain}"


def test_no_address_of_the_api_tells_it(member, everybody):
    program = factories.make_api(*(set(ApiClient.Scope.values) - OF_WORDS))
    pages = list(rest_addresses())
    assert len(pages) > 40
    for client in (everybody, program):
        client.raise_request_exception = False
        assert [page for page in pages if TOLD in read(client, page)] == []
        broken = [page for page in pages if asked(client, "get", page).status_code >= 500]
        assert [page for page in broken if "/flows/" not in page] == []  # flows of the stage cannot be drawn


def test_a_program_with_the_scope_reads_it(member):
    program = factories.make_api(*ApiClient.Scope.values)
    program.raise_request_exception = False  # flows of the stage cannot be drawn
    told = [page for page in rest_addresses() if TOLD in read(program, page)]
    for page in ("messages", "sessions", "tickets", "unanswered-questions", "callbacks", "renders"):
        assert f"/api/v1/{page}/" in told


@pytest.mark.parametrize("folder", ["inbound", "renders", "narrations"])
def test_files_of_members_are_for_those_who_may_read(member, everybody, folder):
    name = {"inbound": f"{WHO}.jpg", "renders": f"{WHO}/video.mp4", "narrations": f"{WHO}.amr"}[folder]
    address = f"/media/{folder}/{name}"
    assert everybody.get(address).status_code == 403
    assert client_of(Role.READER).get(address).status_code == 200
    assert AccessRecord.objects.filter(page="media", reader="a-reader").exists()


# ---- rights of their own


def test_questions_can_be_read_without_conversations(member):
    editor = client_of(Role.EDITOR)
    questions = reverse("admin:conversations_unansweredquestion_changelist")
    assert editor.get(questions).status_code == 403
    User.objects.get(username="a-editor").user_permissions.add(permission("read_unansweredquestion"))
    assert TOLD in read(editor, questions)
    assert editor.get(reverse("admin:conversations_conversation_changelist")).status_code == 403


def test_to_look_at_rows_is_no_right_to_read_them(member):
    """A group that people made before the right existed."""
    user = User.objects.create_user("night", is_staff=True)
    user.user_permissions.set([permission(f"view_{name}") for name in ("conversation", "message", "session")])
    client = Client()
    client.force_login(user)
    assert client.get(reverse("admin:conversations_conversation_changelist")).status_code == 403
    for row in (Message.objects.get(), Session.objects.latest("pk")):
        assert telling(client, iter(addresses(row).values())) == []


def permission(codename: str) -> Any:
    return Permission.objects.get(codename=codename, content_type__app_label="conversations")


# ---- records of readings


@pytest.mark.databases
def test_each_reading_is_recorded_once_an_hour(member):
    reader, page = client_of(Role.READER), addresses(member.conversations.get())
    for _time in range(3):
        reader.get(page["conversations_conversation_change"])
    reader.get(page["conversations_conversation_changelist"], {"q": WHO})
    found = AccessRecord.objects.order_by("pk").values_list("reader", "page", "person", "way")
    assert list(found) == [
        ("a-reader", "conversations.Conversation", member.pk, "row"),
        ("a-reader", "conversations.Conversation", member.pk, "search"),
    ]


def test_the_next_hour_is_another_reading(member):
    reader, nine = User.objects.create_user("anna"), datetime(2026, 12, 1, 9, tzinfo=UTC)
    for minutes in (0, 59, 60):
        record_access(reader, "desk", people=[member.pk], now=nine + timedelta(minutes=minutes))
    assert [record.hour for record in AccessRecord.objects.order_by("pk")] == [nine, nine + timedelta(hours=1)]


def test_every_page_that_tells_it_leaves_a_record(member):
    reader = client_of(Role.READER)
    unrecorded = []
    with without_menu():
        for page in every_page():
            AccessRecord.objects.all().delete()
            if TOLD in reader.get(page).content.decode(errors="replace") and not AccessRecord.objects.exists():
                unrecorded.append(page)
    assert unrecorded == []


def test_who_sees_no_words_leaves_no_record(member, everybody):
    with without_menu():
        for page in every_page():
            everybody.get(page)
    assert not AccessRecord.objects.exists()


def test_what_a_program_reads_is_recorded_under_its_name(member):
    program = factories.make_api("messages:read", "conversations:read")
    program.get(f"/api/v1/messages/{Message.objects.get().pk}/")
    record = AccessRecord.objects.get()
    assert (record.is_program, record.person, record.page) == (True, member.pk, "conversations.Message")
    assert record.reader == ApiClient.objects.get().name


def test_an_administrator_is_recorded_and_reads_the_records(member):
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    boss.get(reverse("admin:conversations_conversation_changelist"))
    records = reverse("admin:core_accessrecord_changelist")
    assert {"boss", "小雨"} <= {word for word in ("boss", "小雨") if word in read(boss, records)}
    assert client_of(Role.READER).get(records).status_code == 403
    assert (
        boss.post(reverse("admin:core_accessrecord_delete", args=[AccessRecord.objects.earliest("pk").pk])).status_code
        == 403
    )
