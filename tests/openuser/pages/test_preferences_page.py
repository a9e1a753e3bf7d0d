"""The settings page: one member's own, reached by a signed link or a sign-in; it saves, says so, and undoes."""

import re

import pytest
import requests
from django.core import signing
from django.test import Client

from conversations import services
from conversations.models import PreferenceChange, Topic
from conversations.preferences import page_links
from conversations.preferences.page_links import address as preferences_url
from conversations.services import Choices
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/7.0.1 wxwork/4.1.0"


@pytest.fixture
def topics():
    Topic.objects.all().delete()
    return [Topic.objects.create(name=name, name_en=english) for name, english in (("团建", "Outings"), ("食堂", ""))]


@pytest.fixture
def member(application, topics):
    return factories.make_member(application, "zhangsan", name="张三", language="zh-hans")


@pytest.fixture
def opened(member) -> Client:
    """A browser in which the member's link was opened."""
    browser = Client()
    answer = browser.get(path(preferences_url(member)))
    assert (answer.status_code, answer["Location"]) == (302, "/preferences/")
    return browser


def path(address: str) -> str:
    return address.removeprefix("http://testserver")


def fields(topics, wanted, **given):
    return {"videos": "video", "language": "zh-hans", "shown": [one.pk for one in topics], "topic": wanted, **given}


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_link_opens_the_page_of_its_member_in_their_language(opened, member):
    page = opened.get("/preferences/")
    assert page.status_code == 200
    assert "张三" in words(page)
    assert "想接收的主题" in words(page)
    member.language = "en"
    member.save()
    assert "Outings" in words(opened.get("/preferences/"))


def test_the_cookie_is_for_this_page_alone_and_no_login(opened, member):
    cookie = opened.cookies["openuser_preferences"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/preferences/", True, "Lax")
    assert "sessionid" not in opened.cookies
    assert opened.get("/admin/").status_code == 302
    policy = opened.get("/preferences/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_saving_says_so_and_undo_takes_it_back(opened, member, topics):
    outings, canteen = topics
    answer = opened.post("/preferences/", fields(topics, [canteen.pk], videos="text"), follow=True)
    assert "已保存" in words(answer)
    assert services.choices_of(member) == Choices(prefers_text=True, language="zh-hans", muted=frozenset({outings.pk}))
    change = PreferenceChange.objects.get()
    assert change.origin == "page"
    answer = opened.post("/preferences/undo/", {"change": change.pk}, follow=True)
    assert services.choices_of(member) == Choices(language="zh-hans")
    assert "已保存" in words(answer)


def test_saving_what_is_there_already_says_that_nothing_has_changed(opened, member, topics):
    answer = opened.post("/preferences/", fields(topics, [one.pk for one in topics]), follow=True)
    assert "没有变化" in words(answer)
    assert not PreferenceChange.objects.exists()


def test_a_topic_that_the_page_did_not_show_stays_as_it_is(opened, member, topics):
    later = Topic.objects.create(name="福利")
    services.change_preferences(member, muted=[topics[1].pk], origin=PreferenceChange.Origin.CHAT)
    opened.post("/preferences/", fields(topics[:1], []))
    assert services.choices_of(member).muted == {topics[0].pk, topics[1].pk}
    assert later.pk not in services.choices_of(member).muted


@pytest.mark.parametrize("spoilt", ["forged", "other", "expired", "left", "text"])
def test_a_link_that_is_not_good_opens_nothing(member, monkeypatch, spoilt):
    address = path(preferences_url(member))
    if spoilt == "forged":
        address = address[:-3] + "xx/"
    elif spoilt == "other":  # signed for something else
        address = f"/preferences/link/{signing.dumps(member.pk, salt='other')}/"
    elif spoilt == "expired":
        monkeypatch.setattr(page_links, "VALID_SECONDS", -1)
    elif spoilt == "left":
        member.status = "left"
        member.save()
    else:
        address = "/preferences/link/abc/"
    answer = Client().get(address)
    assert answer.status_code == 403
    assert "openuser_preferences" not in answer.cookies
    assert "张三" not in words(answer)


def test_a_member_who_leaves_loses_the_page(opened, member):
    member.status = "left"
    member.save()
    assert opened.get("/preferences/").status_code == 302


def test_nothing_of_another_member_is_changed_or_shown(opened, member, application, topics):
    other = factories.make_member(application, "lisi", name="李四")
    change = services.change_preferences(other, prefers_text=True, origin=PreferenceChange.Origin.PAGE)
    opened.post("/preferences/undo/", {"change": change.pk})
    assert services.choices_of(other).prefers_text
    opened.post("/preferences/", fields(topics, [], member=other.pk))
    assert services.choices_of(other) == Choices(prefers_text=True)
    assert "李四" not in words(opened.get(f"/preferences/?saved={change.pk}"))


def test_a_forged_request_is_refused(member, topics):
    browser = Client(enforce_csrf_checks=True)
    browser.get(path(preferences_url(member)))
    assert browser.post("/preferences/", fields(topics, [])).status_code == 403
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.get("/preferences/").content.decode())
    assert token is not None
    saved = browser.post("/preferences/", fields(topics, [], csrfmiddlewaretoken=token[1]))
    assert saved.status_code == 302
    assert services.choices_of(member).muted == {one.pk for one in topics}


def test_without_a_link_the_member_signs_in_through_wechat_work(member, emulator):
    person = emulator.hire()
    browser = Client()
    asked = browser.get("/preferences/", headers={"User-Agent": PHONE})
    target = asked["Location"].partition("#")[0]
    back = requests.get(f"{target}&as={person.user_id}", allow_redirects=False, timeout=60).headers["Location"]
    assert browser.get(path(back))["Location"] == "/preferences/"
    assert person.user_id in words(browser.get("/preferences/"))
    assert Client().get(path(back)).status_code == 400  # another browser has not begun it


def test_what_is_sent_after_the_hour_is_not_saved_and_says_so(member, topics):
    answer = Client().post("/preferences/", fields(topics, []))
    assert answer.status_code == 403
    assert "again=1" in answer.content.decode()
    assert not PreferenceChange.objects.exists()


@pytest.mark.parametrize("given", [{"shown": "x"}, {"topic": "9" * 30}, {"language": "fr"}, {"videos": "?"}])
def test_what_no_form_sends_changes_nothing(opened, member, topics, given):
    opened.post("/preferences/", {**fields([], []), **given})
    assert services.choices_of(member) == Choices(language="zh-hans")
    assert opened.post("/preferences/undo/", {"change": "x"}).status_code == 302
