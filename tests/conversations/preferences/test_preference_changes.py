"""A change keeps who made it and what was before, so that it can be undone; only what differs is written."""

import pytest
from django.contrib.auth.models import User

from conversations import services
from conversations.exceptions import PreferenceRefused
from conversations.models import PreferenceChange, Topic
from conversations.preferences.preference_choices import Choices
from conversations.signals import preferences_changed
from tests.support import factories
from wecom import services as wecom
from wecom.signals import Author

pytestmark = pytest.mark.django_db
STAFF, CHAT, API = PreferenceChange.Origin.STAFF, PreferenceChange.Origin.CHAT, PreferenceChange.Origin.API


@pytest.fixture
def member(application):
    return factories.make_member(application)


@pytest.fixture
def topic():
    return Topic.objects.create(name="团建")


def test_a_change_keeps_who_when_and_what_was_before(member, topic):
    hr = User.objects.create_user("hr")
    change = services.change_preferences(member, prefers_text=True, muted=[topic.pk], origin=STAFF, by=hr)
    assert (change.by, change.origin) == (hr, STAFF)
    assert change.before == {"prefers_text": False, "language": "", "muted": []}
    assert change.after == {"prefers_text": True, "language": "", "muted": [topic.pk]}


def test_what_is_not_given_stays_and_no_difference_is_no_change(member, topic):
    services.change_preferences(member, muted=[topic.pk], origin=CHAT)
    services.change_preferences(member, language="en", origin=CHAT)
    assert services.choices_of(member) == Choices(language="en", muted=frozenset({topic.pk}))
    assert services.change_preferences(member, language="en", muted=[topic.pk], origin=CHAT) is None


@pytest.mark.databases
def test_the_latest_change_can_be_undone_and_an_older_one_cannot(member, topic):
    first = services.change_preferences(member, muted=[topic.pk], origin=CHAT)
    second = services.change_preferences(member, prefers_text=True, language="en", origin=CHAT)
    assert services.undo_preferences(first) is None
    services.undo_preferences(second)
    assert services.choices_of(member) == Choices(muted=frozenset({topic.pk}))


def test_undo_leaves_out_a_topic_that_is_gone(member, topic):
    services.change_preferences(member, muted=[topic.pk], origin=CHAT)
    change = services.change_preferences(member, muted=[], origin=CHAT)
    topic.delete()
    services.undo_preferences(change)
    assert services.choices_of(member) == Choices()


@pytest.mark.parametrize(
    ("given", "code"), [({"muted": [10**9]}, "topic_unknown"), ({"language": "fr"}, "language_unknown")]
)
def test_what_does_not_exist_is_refused_and_changes_nothing(member, given, code):
    with pytest.raises(PreferenceRefused) as refused:
        services.change_preferences(member, prefers_text=True, origin=CHAT, **given)
    assert refused.value.code == code
    assert services.choices_of(member) == Choices()


@pytest.mark.databases
def test_a_topic_that_is_set_to_reach_all_is_muted_by_nobody(member, topic):
    services.change_preferences(member, muted=[topic.pk], origin=CHAT)
    assert services.muting(topic.pk, [member.pk]) == {member.pk}
    Topic.objects.update(can_be_muted=False)
    assert services.muting(topic.pk, [member.pk]) == set()
    assert services.choices_of(member).muted == frozenset()


def test_every_change_is_announced(member, topic):
    seen = []

    def listen(change, **_):
        seen.append(change.after["muted"])

    preferences_changed.connect(listen)
    services.change_preferences(member, muted=[topic.pk], origin=CHAT)
    preferences_changed.disconnect(listen)
    assert seen == [[topic.pk]]


@pytest.mark.databases
def test_languages_of_a_file_are_recorded_for_each_who_gets_another(application, member, topic):
    services.change_preferences(member, muted=[topic.pk], prefers_text=True, origin=CHAT)
    other = factories.make_member(application, "wangwu", language="en")
    sheet = "账号,语言\nzhangsan,en\nwangwu,en\n".encode()
    row, _found = wecom.preview_fact_import(application.corporation, sheet, by="hr")
    hr = User.objects.create_user("hr")
    wecom.confirm_fact_import(row, author=Author(by=hr))
    change = PreferenceChange.objects.exclude(origin=CHAT).get()
    assert (change.member, change.by, change.origin) == (member, hr, STAFF)
    kept = {"prefers_text": True, "muted": [topic.pk]}
    assert (change.before, change.after) == ({**kept, "language": ""}, {**kept, "language": "en"})
    assert not PreferenceChange.objects.filter(member=other).exists()


def test_a_language_set_as_a_fact_over_rest_is_recorded(member):
    client = factories.make_api("facts:read", "facts:write")
    address = f"/api/v1/members/{member.pk}/facts/"
    assert client.patch(address, {"facts": {"language": "en"}}).status_code == 200
    change = PreferenceChange.objects.get()
    assert (change.after["language"], change.origin, change.by) == ("en", API, None)
