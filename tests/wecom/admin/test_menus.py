"""The menu in the admin: edited by forms, previewed, published after a confirmation."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tests.support.factories import make_application, make_menu_button, make_menu_publication
from wecom import services
from wecom.models import Application, MenuButton, MenuPublication

pytestmark = pytest.mark.django_db

LIST = reverse("admin:wecom_menubutton_changelist")
ADD = reverse("admin:wecom_menubutton_add")
PUBLISH = reverse("admin:wecom_menubutton_publish")


@pytest.fixture
def application() -> Application:
    return make_application(name="助手", is_default=True)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def publish(client: Client) -> list[str]:
    """Press *Publish menu* and confirm; what the next page says."""
    client.post(PUBLISH, {"_form_submitted": "True"})
    return [str(message) for message in client.get(LIST).context["messages"]]


def section(client: Client) -> str:
    page = client.get(LIST).content.decode()
    return page.partition('data-testid="menu"')[2].partition("</section>")[0]


def test_a_button_is_made_by_a_form_that_knows_the_application(client, application):
    page = client.get(ADD)
    assert page.context["adminform"].form.initial["application"] == application.pk
    fields = {"application": application.pk, "parent": "", "name": "帮助", "position": 1, "kind": "click", "url": ""}
    refused = client.post(ADD, {**fields, "key": ""})
    assert list(refused.context["adminform"].form.errors) == ["key"]
    assert client.post(ADD, {**fields, "key": "/help"}).status_code == 302
    assert MenuButton.objects.get().key == "/help"


def test_only_a_menu_of_the_bar_may_hold_a_button(client, application):
    top = make_menu_button(application, "更多", kind="menu")
    make_menu_button(application, "里面", parent=top)
    make_menu_button(application, "旁边")
    offered = [
        str(label) for value, label in client.get(ADD).context["adminform"].form.fields["parent"].choices if value
    ]
    assert offered == ["更多"]
    make_application(name="另一个")
    offered = [
        str(label) for value, label in client.get(ADD).context["adminform"].form.fields["parent"].choices if value
    ]
    assert offered == ["更多 (助手)"]


def test_the_list_is_in_the_order_of_the_menu(client, application):
    make_menu_button(application, "三", position=3)
    second = make_menu_button(application, "二", kind="menu", position=2)
    make_menu_button(application, "二之二", parent=second, position=2)
    make_menu_button(application, "一", position=1)
    make_menu_button(application, "二之一", parent=second, position=1)
    names = [row.name for row in client.get(LIST).context["cl"].result_list]
    assert names == ["一", "二", "二之一", "二之二", "三"]


def test_the_page_shows_the_menu_and_that_nobody_sees_it_yet(client, application):
    top = make_menu_button(application, "更多", kind="menu")
    make_menu_button(application, "入职流程", parent=top)
    shown = section(client)
    assert "更多" in shown
    assert "<li>入职流程</li>" in shown
    assert 'data-testid="changed"' not in shown
    assert "data-unfinished" not in shown


def test_publishing_asks_then_queues_and_the_page_follows(client, application):
    make_menu_button(application)
    question = client.get(PUBLISH)
    assert question.status_code == 200
    assert not MenuPublication.objects.exists()
    (said,) = publish(client)
    assert "助手" in said
    assert MenuPublication.objects.get().status == "queued"
    assert "data-unfinished" in section(client)


def test_a_menu_that_is_published_as_it_stands_is_left_alone(client, application):
    make_menu_button(application)
    publish(client)
    publish(client)
    assert MenuPublication.objects.count() == 1


def test_a_change_since_is_pointed_out_and_published(client, application):
    row = make_menu_button(application)
    MenuPublication.objects.filter(pk=services.publish_menu(application).pk).update(status="done")
    assert 'data-testid="changed"' not in section(client)
    row.name = "新的"
    row.save()
    assert 'data-testid="changed"' in section(client)
    publish(client)
    assert MenuPublication.objects.count() == 2


def test_a_menu_that_would_be_refused_says_why_and_what_helps(client, application):
    make_menu_button(application, "更多", kind="menu")
    shown = section(client)
    assert 'data-testid="problem"' in shown
    (said,) = publish(client)
    assert "更多" in said
    assert not MenuPublication.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "failed", "reason": "refused", "errcode": 48002}, "console"),
        ({"status": "failed", "reason": "refused", "errcode": 40018}, "40018"),
        ({"status": "queued", "reason": "held"}, "203.0.113.7"),
    ],
)
def test_what_went_wrong_is_shown_with_its_remedy(client, application, fields, words, settings):
    settings.LANGUAGE_CODE = "en"
    client.cookies["django_language"] = "en"
    Application.objects.update(held_reason="Add 203.0.113.7.")
    row = make_menu_publication(application, **fields)
    assert words in section(client)
    page = client.get(reverse("admin:wecom_menupublication_change", args=[row.pk])).content.decode()
    assert words in page


def test_to_edit_is_not_to_publish(application):
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["view_menubutton", "change_menubutton"]))
    visitor = Client()
    visitor.force_login(clerk)
    make_menu_button(application)
    assert PUBLISH not in visitor.get(LIST).content.decode()
    assert visitor.post(PUBLISH, {"_form_submitted": "True"}).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="add_menupublication"))
    assert PUBLISH in visitor.get(LIST).content.decode()
