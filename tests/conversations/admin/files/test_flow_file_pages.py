"""Flows and knowledge from files in the admin: export, a preview before anything is stored, and ready flows."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from conversations.files.ready import READY
from conversations.models import Answer, Flow
from tests.support.factories import make_answer, make_flow

pytestmark = pytest.mark.django_db
LIST, IMPORT, GALLERY = (reverse(f"admin:conversations_flow_{name}") for name in ("changelist", "import", "ready"))
FILE = """\
version: 1
flows: [{name: 问候, steps: [{key: hello, name: 打招呼, kind: say}]}]
answers: [{question: 年假几天, answer: 五天}]
"""


def upload(client, text, **data):
    return client.post(IMPORT, {"file": SimpleUploadedFile("a.yaml", text.encode()), **data})


def take_over(client, text):
    """The preview, and then the button below it."""
    seen = upload(client, text, preview="1").context["digest"]
    return upload(client, text, **{"import": "1", "seen": seen})


def person(client, *rights):
    user = User.objects.create_user("hr", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return client


def test_chosen_flows_and_answers_are_exported(admin_client):
    flow, answer = make_flow(name="入职"), make_answer("年假几天")
    make_flow(name="别的")
    page = admin_client.post(LIST, {"action": "export_chosen", "_selected_action": [flow.pk]})
    assert page.headers["Content-Disposition"] == 'attachment; filename="flows.yaml"'
    assert "name: 入职" in page.content.decode()
    assert "name: 别的" not in page.content.decode()
    answers = reverse("admin:conversations_answer_changelist")
    page = admin_client.post(answers, {"action": "export_chosen", "_selected_action": [answer.pk]})
    assert "question: 年假几天" in page.content.decode()


def test_a_preview_says_what_is_missing_and_stores_nothing(admin_client):
    page = upload(admin_client, FILE, preview="1").content.decode()
    assert "Before it can be published:" in page
    assert "Take it over" in page
    assert not Flow.objects.exists()
    assert not Answer.objects.exists()


def test_what_was_previewed_is_taken_over(admin_client):
    assert take_over(admin_client, FILE).status_code == 302
    assert Flow.objects.get().live is None
    assert Answer.objects.get().answer == "五天"
    rows = upload(admin_client, FILE.replace("五天", "十天").replace("打招呼", "问好"), preview="1").context["entries"]
    told = [(row.label, row.before, row.after) for one in rows for row in one["differences"]]
    assert told == [("step “打招呼”: name", "打招呼", "问好"), ("answer", "五天", "十天")]
    assert "The file changes nothing." in upload(admin_client, FILE, preview="1").content.decode()


def test_flaws_are_listed_with_line_and_place(admin_client):
    page = upload(admin_client, FILE.replace("kind: say", "kind: sing"), preview="1").content.decode()
    assert "flows[0].steps[0].kind" in page
    assert "Take it over" not in page


def test_who_may_write_answers_only_imports_no_flow(client):
    person(client, "add_answer", "change_answer", "view_answer")
    page = upload(client, FILE, preview="1").content.decode()
    assert "You may not write flows." in page
    assert client.get(GALLERY).status_code == 403


def test_who_may_write_nothing_gets_no_page(client):
    person(client, "view_flow")
    assert client.get(IMPORT).status_code == 403


def test_each_ready_flow_is_shown_and_one_is_used(admin_client):
    page = admin_client.get(GALLERY).content.decode()
    assert all(f'data-testid="{one.key}"' in page for one in READY)
    answer = admin_client.post(GALLERY, {"key": "leave"}, follow=True)
    flow = Flow.objects.get()
    assert (flow.name, flow.language, flow.also_in) == ("Leave request", "en", "zh-hans")
    assert flow.name_in("zh-hans") == "请假申请"
    assert "is a draft. Fill in what is yours" in answer.content.decode()
    answer = admin_client.post(GALLERY, {"key": "easter"}, follow=True)
    assert "There is no such flow." in answer.content.decode()
