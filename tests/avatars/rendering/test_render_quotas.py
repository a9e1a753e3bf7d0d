"""The order of renders and the quota of each requester: chat, then tests, then campaigns, and members in turn."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from avatars import services
from avatars.exceptions import QuotaExceeded
from avatars.models import Render
from avatars.rendering import estimates, render_quotas
from tests.support import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture
def human():
    return factories.make_digital_human()


def ask(human, requester, priority=services.CHAT, **fields):
    return factories.make_render(human, requester=requester, priority=priority, **fields)


def made():
    """The order of rendering, one at a time, without new requests meanwhile."""
    found = []
    while True:
        pk = Render.objects.filter(status="queued").in_turn().values_list("pk", flat=True).first()
        if pk is None:
            return found
        row = Render.claim(pk)
        row.settle(Render.Status.DONE)
        found.append(row)


def test_chat_comes_before_tests_and_tests_before_campaigns(human):
    campaigns = [ask(human, "", services.CAMPAIGN) for _ in range(50)]
    test, chat = ask(human, "client:1", services.TEST), ask(human, "member:1")
    assert [row.pk for row in made()] == [chat.pk, test.pk, *(row.pk for row in campaigns)]


def test_within_a_priority_each_person_has_their_turn(human):
    many = [ask(human, "member:1") for _ in range(4)]
    one, two = ask(human, "member:2"), [ask(human, "member:3") for _ in range(2)]
    assert estimates.queue_position(one) == 2
    names = [row.requester[-1] for row in made()]
    assert len(names) == len(many) + 1 + len(two)
    assert names == ["1", "2", "3", "1", "3", "1", "1"]


def test_who_has_one_being_made_comes_after_who_has_none(human):
    ask(human, "member:1", status="running", started_at=timezone.now())
    second, first = ask(human, "member:1"), ask(human, "member:2")
    assert [estimates.queue_position(row) for row in (first, second)] == [1, 2]


def test_the_queue_position_told_is_the_order_of_rendering(human):
    rows = [
        ask(human, f"member:{number % 3}", priority)
        for number, priority in enumerate([0, 20, 20, 10, 20, 20, 0, 20, 10, 20])
    ]
    told = sorted(rows, key=estimates.queue_position)
    assert sorted(estimates.queue_position(row) for row in rows) == list(range(1, 11))
    assert [row.pk for row in told] == [row.pk for row in made()]


def test_a_quota_counts_a_requesters_new_videos(human, settings):
    settings.AVATARS = {**settings.AVATARS, "RENDERS_PER_HOUR": 2, "RENDERS_PER_DAY": 3}
    first = services.request_render(human, "一", requester="member:1")
    services.request_render(human, "二", requester="member:1")
    with pytest.raises(QuotaExceeded) as caught:
        services.request_render(human, "三", requester="member:1")
    assert (caught.value.code, caught.value.wait) == ("quota_hour", pytest.approx(3600, abs=30))
    assert services.request_render(human, "一", requester="member:1") == first, "what is made already is free"
    services.request_render(human, "三", requester="member:2")
    services.request_render(human, "四")
    later = timezone.now() + timedelta(hours=2)
    render_quotas.check("member:1", now=later)
    factories.make_render(human, requester="member:1")
    with pytest.raises(QuotaExceeded) as caught:
        render_quotas.check("member:1", now=later)
    assert caught.value.code == "quota_day"
    assert caught.value.wait == pytest.approx(22 * 3600, abs=30)


def test_there_is_room_once_the_oldest_of_a_quota_is_out(human, settings):
    settings.AVATARS = {**settings.AVATARS, "RENDERS_PER_HOUR": 2}
    now = timezone.now()
    for minutes in (50, 30, 20):
        factories.make_render(human, requester="member:1", created_at=now - timedelta(minutes=minutes))
    with pytest.raises(QuotaExceeded) as caught:
        render_quotas.check("member:1", now=now)
    assert caught.value.wait == pytest.approx(30 * 60, abs=1)


def test_without_a_quota_everything_is_made(human, settings):
    settings.AVATARS = {**settings.AVATARS, "RENDERS_PER_HOUR": 0, "RENDERS_PER_DAY": 0}
    for number in range(40):
        services.request_render(human, f"第{number}个", requester="member:1")
    assert Render.objects.filter(requester="member:1", status="queued").count() == 40


def test_the_reason_is_told_in_words():
    with translation.override("en"):
        assert "at most 2 new videos" in str(render_quotas.refusal("quota_hour", most=2, wait=90))
    with translation.override("zh-hans"):
        words = str(render_quotas.refusal("quota_day", most=2, wait=90))
    assert words == "一天内最多为你制作 2 个新视频。请 2 分钟后再试，或请求已经制作好的视频。"
