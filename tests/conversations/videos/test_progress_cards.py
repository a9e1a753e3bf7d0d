"""Progress cards tell the truth at every moment, and say done only after WeChat Work does."""

import itertools
import re

import pytest
from django.utils import translation

from avatars import services as avatars
from avatars.models import Render
from conversations import services
from conversations.models import Desk, Message, ProgressCard, WatchLink
from conversations.wording import video_texts
from tests.avatars.support import videos
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.models import CardUpdate, Outbound
from wecom.signals import outbounds_settled

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "欢迎加入公司。"
INSTEAD = "No video this time; the text was sent"
_codes = itertools.count(1)


@pytest.fixture
def person(person):
    """A member who writes English."""
    person.says("Good morning")
    return person


@pytest.fixture
def card(person) -> ProgressCard:
    """The person has asked for a video and has the card before them."""
    assert person.says(f"/video {WORDS}") == [f"{WORDS} | How far? | Text first | Cancel it"]
    card = ProgressCard.objects.get()
    settle(card.outbound, response_code="of-the-card")
    return card


def settle(outbound: Outbound, status: str = "done", reason: str = "", **fields) -> None:
    """WeChat Work has accepted a message, or not."""
    Outbound.objects.filter(pk=outbound.pk).update(status=status, reason=reason, **fields)
    outbound.refresh_from_db()
    outbounds_settled.send(Outbound, outbounds=[outbound])


def rows(content: dict) -> dict[str, str]:
    return {row["keyname"]: row["value"] for row in content["horizontal_content_list"]}


def shown() -> list[tuple[str, str, str]]:
    """What the card was changed to: its status, what stands for its buttons, and the code that it took."""
    changes = CardUpdate.objects.order_by("pk")
    return [(rows(each.card or {})["Status"], each.text, each.response_code) for each in changes]


def test_the_card_leads_to_the_page_where_the_video_plays(card, person, settings):
    link = WatchLink.objects.get(render=card.message.render, member__user_id=person.user_id)
    action = card.outbound.content["card_action"]
    assert action == {"type": 1, "url": f"{settings.SITE_URL}/watch/{link.name}/"}


def make(render: Render, media, *, to: str = "done") -> None:
    """Make the video, as its worker would."""
    if to == "done":
        (media / "renders").mkdir(exist_ok=True)
        (media / "renders" / "1.mp4").write_bytes(videos.labelled(render.content_id))
    row = Render.claim(render.pk)
    assert row is not None
    row.settle(Render.Status(to), "" if to == "done" else "no_face", video="renders/1.mp4" if to == "done" else "")
    services.release(row)


def report_stage(stage: str, progress: int) -> None:
    Render.objects.update(status="running", stage=stage, progress=progress)


def test_a_card_tells_the_queue_position_and_the_estimate(person):
    human = Desk.objects.get().digital_human
    for number in range(2):
        factories.make_render(
            human,
            text=f"先来的{number}",
            priority=avatars.CHAT,
            estimated_seconds=40,
            estimated_low=10,
            estimated_high=45,
            requester=f"member:{900 + number}",
        )
    person.says(f"/video {WORDS}")
    content = Outbound.objects.latest("pk").content
    told = rows(content)
    assert told["Status"] == "No. 3 in the queue"
    assert re.match(r"in about .* seconds to 2 minutes, by \d\d:\d\d", told["Ready"])
    assert content["main_title"]["title"] == WORDS
    assert {button["key"] for button in content["button_list"]} == {"progress", "text", "cancel"}


@pytest.mark.parametrize(("language", "words"), [("en", "About to be made"), ("zh-hans", "即将开始制作")])
def test_the_first_of_the_queue_has_no_number(person, card, language, words):
    with translation.override(language):
        assert video_texts.place_in_queue(avatars.queue_position(Render.objects.get())) == words


def test_each_tap_brings_the_news_and_the_end_comes_by_itself(person, card, media):
    person.taps("progress", card.task_id)
    report_stage("speaking", 30)
    person.taps("progress", card.task_id)
    report_stage("filming", 70)
    person.taps("progress", card.task_id)
    assert [(status, greyed) for status, greyed, _ in shown()] == [
        ("About to be made", ""),
        ("Being made: speaking, 30 %", ""),
        ("Being made: animating, 70 %", ""),
    ]
    Render.objects.update(status="queued")
    make(Render.objects.get(), media)
    video = Outbound.objects.get(msgtype="video")
    assert len(shown()) == 3
    settle(video)
    settle(video)
    assert shown()[3:] == [("Delivered", "Delivered", "of-the-card")]
    assert person.read()[-1] == "video"


def test_the_card_is_not_done_before_the_platform_accepted_the_video(person, card, media):
    make(Render.objects.get(), media)
    person.taps("progress", card.task_id)
    assert [(status, greyed) for status, greyed, _ in shown()] == [("On its way to you", "")]


def test_a_tap_on_cancel_stops_the_render_and_greys_the_card_once(person, card):
    assert person.taps("cancel", card.task_id) == []
    assert Render.objects.get().status == "cancelled"
    ((status, greyed, code),) = shown()
    assert (status, greyed) == ("Cancelled", "Cancelled")
    assert code.startswith("code")
    assert person.taps("cancel", card.task_id) == []
    assert {greyed for _, greyed, _ in shown()} == {"Cancelled"}


def test_a_cancelled_render_that_somebody_else_waits_for_goes_on(person, card, application):
    other = Person(application, "lisi")
    other.says(f"/video {WORDS}")
    person.taps("cancel", card.task_id)
    assert Render.objects.get().status == "queued"
    assert Message.objects.waiting().get().member.user_id == "lisi"


@pytest.mark.parametrize("way", ["/cancel", "admin", "left"])
def test_a_video_cancelled_elsewhere_greys_its_card(person, card, way):
    if way == "/cancel":
        person.says("/cancel")
    elif way == "left":
        person.does("unsubscribe")
    else:
        avatars.cancel_render(Render.objects.get())
    assert shown() == [("Cancelled", "Cancelled", "of-the-card")]


def test_a_tap_for_the_text_brings_it_before_the_video(person, card, media):
    assert person.taps("text", card.task_id) == [f"The video will follow. Here is its text:\n{WORDS}"]
    assert person.taps("text", card.task_id) == []
    buttons = [button["key"] for button in CardUpdate.objects.latest("pk").card["button_list"]]
    assert buttons == ["progress", "cancel"]
    make(Render.objects.get(), media)
    assert person.read() == ["video"]


def test_a_video_that_fails_later_does_not_repeat_its_text(person, card, media):
    person.taps("text", card.task_id)
    make(Render.objects.get(), media, to="failed")
    (text,) = person.read()
    assert WORDS not in text
    settle(Message.objects.get(degraded=True).outbound)
    assert shown()[-1] == (INSTEAD, INSTEAD, "of-the-card")


@pytest.mark.parametrize(("reason", "end"), [("refused", INSTEAD), ("unknown", "Its arrival could not be confirmed")])
def test_a_video_that_does_not_arrive_is_not_called_delivered(person, card, media, reason, end):
    make(Render.objects.get(), media)
    settle(Outbound.objects.get(msgtype="video"), "failed", reason)
    for outbound in Outbound.objects.filter(msgtype="text", status="queued"):
        settle(outbound)
    assert [status for status, _, _ in shown()] == [end]


def test_a_card_that_arrives_after_its_video_was_cancelled_shows_so(person):
    person.says(f"/video {WORDS}")
    person.says("/cancel")
    assert shown() == []
    settle(ProgressCard.objects.get().outbound, response_code="late")
    assert shown() == [("Cancelled", "Cancelled", "late")]


def test_a_card_that_cannot_be_sent_becomes_the_promise_in_words(person):
    person.says(f"/video {WORDS}")
    settle(ProgressCard.objects.get().outbound, "failed", "refused")
    (promise,) = person.read()
    assert WORDS in promise
    assert any(char.isdigit() for char in promise)


def test_whoever_waits_can_go_on_chatting_and_the_video_names_its_request(person, card, media):
    answers = [person.says(text) for text in ("你好", "谢谢", "你好")]
    assert answers[0] == answers[2]
    assert all(len(answer) == 1 for answer in answers)
    make(Render.objects.get(), media)
    assert Outbound.objects.get(msgtype="video").content["title"].endswith(WORDS)


def test_a_card_speaks_the_language_of_whoever_reads_it(application):
    other = Person(application, "lisi")
    other.says("你好")
    other.says(f"/video {WORDS}")
    with translation.override("zh-hans"):
        expected = video_texts.place_in_queue(1)
    assert expected in rows(Outbound.objects.latest("pk").content).values()


def test_somebody_elses_card_moves_nothing(person, card, application):
    Person(application, "lisi").taps("cancel", card.task_id)
    assert Render.objects.get().status == "queued"


def test_without_cards_the_promise_is_text(person):
    Desk.objects.update(progress_cards=False)
    (promise,) = person.says(f"/video {WORDS}")
    assert WORDS in promise
    assert not ProgressCard.objects.exists()


def test_a_member_over_quota_waits_and_goes_on_chatting(person, settings):
    settings.AVATARS = {**settings.AVATARS, "RENDERS_PER_HOUR": 1}
    person.says(f"/video {WORDS}")
    (words,) = person.says("/video Once more.")
    assert "60 minutes" in words
    assert Render.objects.count() == 1
    assert len(person.says("Good morning")) == 1
