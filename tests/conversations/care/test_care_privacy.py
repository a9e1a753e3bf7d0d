"""Who reads a care case: the people of its group and the right of its own. No model is asked, nobody else sees it."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations import services
from conversations.doctor import CareRoute
from conversations.models import CareCase, CareSubject, Errand, Operator
from core import backends
from core.models import AccessRecord
from openuser.roles import Role
from tests.conversations.errands.conftest import use_chat
from tests.conversations.support import chat_server
from tests.conversations.support.flow_pages import staff
from wecom.models import Outbound

pytestmark = pytest.mark.django_db
SAD = "我心情很差，不想活了"
CASES = reverse("admin:conversations_carecase_changelist")
SUBJECTS = reverse("admin:conversations_caresubject_changelist")


@pytest.fixture
def case(person, group) -> CareCase:
    person.says(SAD)
    return CareCase.objects.get()


def logged_in(name: str, *roles: Role) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    client = Client()
    client.force_login(user)
    return client


def page_of(case: CareCase) -> str:
    return reverse("admin:conversations_carecase_change", args=[case.pk])


@pytest.mark.databases
def test_the_people_of_the_group_read_it_and_that_is_recorded(case, application):
    client = logged_in("fang", Role.OPERATOR)
    Operator.objects.filter(name="方医生").update(user=User.objects.get(username="fang"))
    assert "zhangsan" in client.get(CASES).content.decode()
    assert SAD in client.get(page_of(case)).content.decode()
    record = AccessRecord.objects.filter(reader="fang", page="conversations.CareCase")
    assert {(one.person, one.way) for one in record} == {(case.member_id, "list"), (case.member_id, "row")}


@pytest.mark.parametrize("roles", [(Role.OPERATOR,), (Role.READER, Role.EDITOR, Role.APPROVER, Role.VIEWER)])
def test_others_do_not_find_it(case, roles):
    client = logged_in("anna", *roles)
    answer = client.get(page_of(case))
    assert SAD not in answer.content.decode()
    assert answer.status_code in (302, 403)
    assert not AccessRecord.objects.filter(page="conversations.CareCase").exists()


def test_the_right_of_its_own_opens_all_cases(case):
    client = logged_in("anna", Role.OPERATOR)
    user = User.objects.get(username="anna")
    user.user_permissions.add(Permission.objects.get(codename="read_carecase"))
    assert SAD in client.get(page_of(case)).content.decode()


def test_a_reader_of_conversations_sees_neither_message_nor_answer(case, person):
    client = logged_in("anna", Role.READER)
    outbounds = client.get(reverse("admin:wecom_outbound_changelist")).content.decode()
    assert "12356" not in outbounds
    rows = Outbound.objects.filter(private=True)
    pages = [client.get(reverse("admin:wecom_outbound_change", args=[row.pk])).content.decode() for row in rows]
    assert len(pages) == 2
    assert not [page for page in pages if "12356" in page or "轻生" in page]
    messages = client.get(reverse("admin:conversations_message_changelist"))
    assert list(messages.context_data["cl"].result_list) == []


def test_a_person_takes_and_closes_it(case):
    client = staff("boss", superuser=True)
    for act, status in (("take", "taken"), ("close", "closed")):
        client.post(CASES, {"action": act, "_selected_action": [case.pk]})
        case.refresh_from_db()
        assert case.status == status
    assert case.taken_by is not None
    assert case.closed_at is not None


def test_another_group_cannot_close_it(case):
    client = logged_in("anna", Role.OPERATOR)
    client.post(CASES, {"action": "close", "_selected_action": [case.pk]})
    case.refresh_from_db()
    assert case.status == "open"


def test_the_doctor_asks_to_confirm_and_for_groups(db):
    assert CareRoute().run().code == "care_unconfirmed"
    client = staff("boss", superuser=True)
    assert "8 sensitive subjects are proposals" in client.get(SUBJECTS).content.decode()
    everything = list(CareSubject.objects.values_list("pk", flat=True))
    client.post(SUBJECTS, {"action": "confirm", "_selected_action": everything})
    assert not CareSubject.objects.unconfirmed().exists()
    assert {str(row.confirmed_by) for row in CareSubject.objects.all()} == {"boss"}
    assert CareRoute().run().code == "care_without_group"


def test_with_groups_and_confirmed_the_doctor_is_content(group):
    for subject in CareSubject.objects.all():
        subject.confirmed_at = timezone.now()
        subject.save()
    assert CareRoute().run().code == ""


def test_another_hotline_has_to_be_confirmed_again(db):
    client = staff("boss", superuser=True)
    subject = CareSubject.objects.get(key="self_harm")
    client.post(SUBJECTS, {"action": "confirm", "_selected_action": [subject.pk]})
    page = reverse("admin:conversations_caresubject_change", args=[subject.pk])
    form = client.get(page).context["adminform"].form
    fields = {name: form.initial.get(name) if form.initial.get(name) is not None else "" for name in form.fields}
    assert client.post(page, {**fields, "keep_days": 90}).status_code == 302
    assert CareSubject.objects.get(key="self_harm").confirmed_at is not None
    assert client.post(page, {**fields, "hotlines": "400-161-9995 希望24"}).status_code == 302
    assert CareSubject.objects.get(key="self_harm").confirmed_at is None


def test_a_wording_of_one_letter_is_refused(db):
    client = staff("boss", superuser=True)
    page = reverse("admin:conversations_caresubject_change", args=[CareSubject.objects.get(key="distress").pk])
    form = client.get(page).context["adminform"].form
    fields = {name: form.initial.get(name) if form.initial.get(name) is not None else "" for name in form.fields}
    answer = client.post(page, {**fields, "words": "sad\na\n+"})
    assert "write more of them: a, +" in answer.content.decode()


@pytest.mark.parametrize("text", [SAD, "公司的骚扰投诉流程是什么"])
def test_no_model_is_asked(person, group, settings, text):
    with chat_server.running() as server:
        use_chat(settings, server.url)
        said = person.says(text)
        assert (server.asked, Errand.objects.count()) == ([], 0)
    backends.backend.cache_clear()
    assert "12356" in said[-1]


def test_a_seed_leaves_what_was_edited(db):
    CareSubject.objects.filter(key="complaint").update(name="意见")
    CareSubject.objects.filter(key="distress").delete()
    services.seed_care_subjects()
    assert CareSubject.objects.get(key="complaint").name == "意见"
    assert CareSubject.objects.filter(key="distress").exists()
