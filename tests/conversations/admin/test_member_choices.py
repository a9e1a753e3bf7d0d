"""What members choose, on the page of a member and of the topics: shown to all, changed with a right, and recorded."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from conversations.models import PreferenceChange, Topic
from conversations.services import Choices, change_preferences, choices_of
from tests.conversations.support.flow_pages import staff
from tests.support import factories
from tests.support.admin_forms import unchanged

pytestmark = pytest.mark.django_db
MEMBERS, TOPICS = reverse("admin:wecom_member_changelist"), reverse("admin:conversations_topic_changelist")


@pytest.fixture
def topics():
    Topic.objects.all().delete()
    return [Topic.objects.create(name=name) for name in ("团建", "食堂")]


@pytest.fixture
def member(application, topics):
    return factories.make_member(application, "lisi", name="李四")


def account(role: str) -> Client:
    client = staff(f"a-{role}")
    User.objects.get(username=f"a-{role}").groups.add(Group.objects.get(name=role))
    return client


def page(client: Client, member) -> str:
    return client.get(reverse("admin:wecom_member_change", args=[member.pk])).content.decode()


def save(client: Client, member, **given):
    address = reverse("admin:wecom_member_change", args=[member.pk])
    chosen = {f"preference-0-{name}": value for name, value in given.items()}
    return client.post(address, unchanged(client, address) | chosen)


def test_an_editor_changes_the_choice_and_is_named(member, topics):
    editor = account("editor")
    assert save(editor, member, prefers_text="on", muted=[topics[0].pk]).status_code == 302
    assert choices_of(member) == Choices(prefers_text=True, muted=frozenset({topics[0].pk}))
    change = PreferenceChange.objects.get()
    assert (change.origin, change.by.get_username()) == ("staff", "a-editor")
    shown = page(editor, member)
    assert "a-editor" in shown
    assert "团建" in shown


def test_a_language_that_an_editor_sets_is_recorded_with_who_did_it(member):
    editor = account("editor")
    address = reverse("admin:wecom_member_change", args=[member.pk])
    for language in ("en", "en", "zh-hans"):
        assert editor.post(address, unchanged(editor, address) | {"language": language}).status_code == 302
    found = PreferenceChange.objects.order_by("pk").values_list("before__language", "after__language", "origin")
    assert list(found) == [("", "en", "staff"), ("en", "zh-hans", "staff")]
    assert {change.by.get_username() for change in PreferenceChange.objects.all()} == {"a-editor"}


def test_saving_the_page_without_a_change_records_none(member):
    assert save(account("editor"), member).status_code == 302
    assert not PreferenceChange.objects.exists()


def test_a_viewer_reads_the_choice_and_who_made_it(member, topics):
    change_preferences(member, prefers_text=True, muted=[topics[1].pk], origin=PreferenceChange.Origin.CHAT)
    shown = page(account("viewer"), member)
    assert "食堂" in shown
    assert "by the member, in the chat" in shown
    assert "preference-0-muted" not in shown


def test_the_lists_filter_and_count_by_what_is_chosen(hr, member, topics, application):
    factories.make_member(application, "wangwu", name="王五")
    change_preferences(member, prefers_text=True, muted=[topics[1].pk], origin=PreferenceChange.Origin.CHAT)
    for query in ({"prefers_text": "1"}, {"muted": topics[1].pk}):
        listed = hr.get(MEMBERS, query).content.decode()
        assert "李四" in listed
        assert "王五" not in listed
    assert [topic.muted_by for topic in hr.get(TOPICS).context["cl"].result_list] == [0, 1]


def test_a_topic_that_a_campaign_is_about_is_not_deleted(hr, topics, application):
    factories.make_campaign_row(application, topic=topics[0])
    answer = hr.get(reverse("admin:conversations_topic_delete", args=[topics[0].pk]))
    assert "Campaigns are about it" in answer.content.decode()
