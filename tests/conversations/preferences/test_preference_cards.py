"""Members choose by command, card and plain sentence; the card shows the new state, and words confirm it."""

import pytest

from avatars.models import Render
from conversations.models import Desk, Message, PreferenceChange, Topic
from conversations.preferences.preference_choices import choices_of
from tests.support import factories
from wecom.models import CardUpdate, Member, Outbound

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics():
    Topic.objects.all().delete()
    return [Topic.objects.create(name=name, order=at) for at, name in enumerate(("公司新闻", "活动", "学习"), 1)]


@pytest.fixture
def member(person) -> Member:
    person.says("你好")
    return Member.objects.get(user_id=person.user_id)


def rows() -> dict[str, str]:
    """What the card was changed to."""
    card = CardUpdate.objects.latest("pk").card or {}
    return {row["keyname"]: row["value"] for row in card["horizontal_content_list"]}


def ticks(*topics: Topic | str) -> dict[str, list[str]]:
    return {"topics": [str(getattr(one, "pk", one)) for one in topics]}


@pytest.mark.parametrize("words", ["/preferences", "/设置", "设置", "退订", "Settings", "unsubscribe"])
def test_the_settings_come_as_a_card(person, member, topics, words):
    (card,) = person.says(words)
    assert card.split(" | ")[1:] in (
        ["改发文字", "English", "选择主题", "打开设置页面"],
        ["Text, no videos", "中文", "Choose topics", "All settings"],
    )


def test_a_tap_confirms_in_words_and_shows_the_new_state(person, member, topics):
    person.says("/设置")
    assert person.taps("text:1") == ["好的，以后我只发视频里的文字，不发视频。想恢复时，回复“恢复视频”。"]
    assert choices_of(member).prefers_text
    assert rows() == {"视频": "改发文字", "语言": "跟随你的语言", "不接收": "无"}
    assert CardUpdate.objects.values_list("card__button_list", flat=True)[0][0]["text"] == "恢复视频"


def test_a_second_tap_on_an_old_card_changes_nothing(person, member, topics):
    person.says("/设置")
    task_id = Outbound.objects.latest("pk").content["task_id"]
    for _turn in range(2):
        person.taps("text:1", task_id)
    assert choices_of(member).prefers_text
    assert PreferenceChange.objects.count() == 1


def test_topics_that_are_not_ticked_are_muted(person, member, topics):
    person.says("/设置")
    person.taps("topics")
    card = Outbound.objects.latest("pk").content
    assert [box["is_checked"] for box in card["checkbox"]["option_list"]] == [True, True, True, False]
    later = Topic.objects.create(name="福利")
    (words,) = person.taps(card["submit_button"]["key"], choices=ticks(topics[1]))
    assert words.startswith("好的，以后不再发：公司新闻、学习。")
    assert choices_of(member).muted == {topics[0].pk, topics[2].pk}
    assert later.pk not in choices_of(member).muted
    assert CardUpdate.objects.latest("pk").text == "已保存"


def test_none_of_these_mutes_all_and_nothing_ticked_mutes_nothing(person, member, topics):
    person.says("/设置")
    person.taps("topics")
    key = Outbound.objects.latest("pk").content["submit_button"]["key"]
    assert person.taps(key)[0].startswith("请至少勾选一项")
    assert not choices_of(member).muted
    person.taps(key, choices=ticks("none"))
    assert choices_of(member).muted == {topic.pk for topic in topics}


def test_a_topic_that_nobody_can_mute_is_not_offered(person, member, topics):
    Topic.objects.filter(pk=topics[0].pk).update(can_be_muted=False)
    person.says("/设置")
    person.taps("topics")
    names = [box["text"] for box in Outbound.objects.latest("pk").content["checkbox"]["option_list"]]
    assert names == ["活动", "学习", "以上都不要"]


def test_the_language_is_chosen_by_a_tap_and_answered_in_it(person, member, topics):
    person.says("/设置")
    assert person.taps("language:en")[0].startswith("All right, I speak English with you from now on.")
    member.refresh_from_db()
    assert member.language == "en"
    assert rows()["Language"] == "English"


def test_without_cards_the_settings_are_numbered_text(person, member, topics):
    Desk.objects.update(progress_cards=False)
    (listed,) = person.says("/设置")
    assert listed.splitlines()[1:6] == ["1. 视频：照常发视频", "2. 语言：跟随你的语言"] + [
        f"{number}. {topic.name}：接收" for number, topic in enumerate(topics, 3)
    ]
    person.says("/设置 1 4")
    assert choices_of(member).prefers_text
    assert choices_of(member).muted == {topics[1].pk}
    person.says("/设置 4")
    assert not choices_of(member).muted
    assert person.says("/设置 99") == ["列表里没有这个编号。"]


@pytest.mark.parametrize(
    ("words", "as_text"), [("不要视频", True), ("只发文字！", True), ("text only please", True), ("恢复视频", False)]
)
def test_plain_sentences_choose_text_or_videos(person, member, words, as_text):
    person.says(words)
    assert choices_of(member).prefers_text is as_text


def test_an_answer_of_the_table_comes_before_these_sentences(person, member):
    factories.make_answer("退订", "邮件退订请找行政。")
    assert person.says("退订") == ["邮件退订请找行政。"]


def test_a_video_that_a_member_asks_for_stays_a_video(person, member):
    person.says("不要视频")
    said = person.says("/video 欢迎加入公司。")
    assert said[-1].startswith("这一条按你的要求做成视频")
    assert Render.objects.count() == 1
    assert Message.objects.filter(state="waiting").count() == 1


def test_the_card_of_boxes_has_room_for_long_names(person, member, topics):
    Topic.objects.all().delete()
    for number in range(25):
        Topic.objects.create(name=f"主题主题主题主题主题主题{number:02}", name_en="N" * 32)
    person.says("/设置")
    person.taps("topics")
    assert len(Outbound.objects.latest("pk").content["checkbox"]["option_list"]) == 20
