"""Every message of a member gets a reply: never silence, never an exception."""

import pytest

from avatars import services as avatars
from avatars.models import Render
from conversations import services
from conversations.models import Answer, Conversation, Desk, Message
from conversations.videos.lifecycle import fall_back
from tests.avatars.support import videos
from tests.conversations.support.person import Person
from tests.support import factories
from wecom.callbacks import processor
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_question_gets_the_answer_of_the_table_each_time(person):
    assert person.says("你好") == ["你好！今天想了解什么？"]
    assert person.says("你好") == ["你好！今天想了解什么？"]


def test_opening_the_chat_greets_once_in_some_hours(person):
    assert person.does("enter_agent") == ["你好，我是林晓。"]
    assert person.does("enter_agent") == []


def test_help_names_the_digital_human_and_the_commands(person, application):
    (text,) = person.says("/help")
    assert application.desk.digital_human.name in text
    assert "/video" in text


@pytest.mark.parametrize("text", ["/video", "/VIDEO", "/video   ", "／video", "/视频"])
def test_an_empty_video_command_explains_itself(person, text):
    (answer,) = person.says(text)
    assert "/video " in answer
    assert not Render.objects.exists()


def test_a_command_with_a_slip_gets_a_suggestion(person):
    (answer,) = person.says("/vidoe hi")
    assert "/video" in answer


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link", "hologram"])
def test_what_cannot_be_read_is_answered_politely(person, kind):
    (answer,) = person.sends(kind)
    assert answer


def test_a_text_of_the_greatest_length_is_read(person, settings):
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "MAX_TEXT": 5}
    assert "6" in person.says("一二三四五六")[0]
    assert "5" not in person.says("一二三四五")[0]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 10_000, marks=pytest.mark.thorough),
        "长" * 10_000,
        pytest.param("/video " + "长" * 10_000, marks=pytest.mark.thorough),
        *("🙂", "?", "/", "//", "/😀"),
    ],
)
def test_odd_texts_get_one_sensible_answer(person, text):
    assert len(person.says(text)) == 1


def test_each_is_answered_in_their_own_language(person):
    assert "视频" in person.says("/status")[0]  # a command is no evidence
    person.says("What is the answer to this?")
    assert "video" in person.says("/status")[0]
    person.says("我想问个问题")
    assert Conversation.objects.get().language == "zh-hans"


def test_a_video_is_promised_with_an_estimate_and_waits_for_its_render(person):
    Desk.objects.update(progress_cards=False)
    (promise,) = person.says("/video 欢迎加入公司。")
    message = Message.objects.get(state=Message.State.WAITING)
    assert message.render.text == "欢迎加入公司。"
    assert any(char.isdigit() for char in promise)
    assert person.says("你好") == ["你好！今天想了解什么？"]
    (status,) = person.says("/status")
    assert "欢迎加入公司" in status


def test_equal_words_share_one_render(person, application):
    person.says("/video 欢迎。")
    Person(application, "lisi").says("/video 欢迎。")
    assert Render.objects.count() == 1
    assert Message.objects.waiting().count() == 2


def finish(render: Render, media, *, status: str = "done") -> None:
    """Settle a render as its worker would."""
    (media / "renders").mkdir(exist_ok=True)
    (media / "renders" / f"{render.pk}.mp4").write_bytes(videos.labelled(render.content_id))
    row = Render.claim(render.pk)
    assert row is not None
    row.settle(
        Render.Status(status),
        "" if status == "done" else "no_face",
        video=f"renders/{render.pk}.mp4" if status == "done" else "",
    )


def test_a_finished_render_is_sent_once_however_often_it_is_released(person, media):
    person.says("/video 欢迎。")
    render = Render.objects.get()
    assert services.release(render) == 0
    finish(render, media)
    assert [services.release(render), services.release(render), services.release_all()] == [1, 0, 0]
    outbound = Outbound.objects.get(msgtype="video")
    assert outbound.upload is not None
    assert outbound.content["title"] == "你要的视频：欢迎。"


def test_a_render_that_is_there_already_is_sent_at_once(person, media):
    person.says("/video 欢迎。")
    finish(Render.objects.get(), media)
    services.release_all()
    person.read()
    answers = person.says("/video 欢迎。")
    assert answers[-1] == "video"
    assert Render.objects.count() == 1


def test_a_failed_render_goes_out_as_text(person, media):
    person.says("/video 欢迎加入。")
    finish(Render.objects.get(), media, status="failed")
    services.release_all()
    (text,) = person.read()
    assert "欢迎加入。" in text
    assert Message.objects.get(degraded=True).content.text == "欢迎加入。"


def test_a_video_that_could_not_be_delivered_goes_out_as_text(person, media):
    person.says("/video 欢迎加入。")
    finish(Render.objects.get(), media)
    services.release_all()
    outbound = Outbound.objects.get(msgtype="video")
    person.read()
    outbound.cancel("upload_failed")
    fall_back(outbound)
    fall_back(outbound)
    (text,) = person.read()
    assert "欢迎加入。" in text


def test_cancelling_stops_the_render_nobody_else_waits_for(person, application):
    person.says("/video 只有我要。")
    Person(application, "lisi").says("/video 大家都要。")
    person.says("/video 大家都要。")
    (answer,) = person.says("/cancel")
    assert "2" in answer
    assert dict(Render.objects.values_list("text", "status")) == {"只有我要。": "cancelled", "大家都要。": "queued"}
    assert person.says("/cancel") != []


def test_a_render_cancelled_in_the_admin_is_told(person):
    person.says("/video 欢迎。")
    avatars.cancel_render(Render.objects.get())
    (text,) = person.read()
    assert "欢迎。" in text


def test_too_many_videos_of_one_person_are_declined(person):
    for number in range(3):
        person.says(f"/video 第{number}个。")
    (answer,) = person.says("/video 再来一个。")
    assert Render.objects.count() == 3
    assert "3" in answer


def test_without_a_digital_human_text_still_works(person, application):
    application.desk.delete()
    assert person.says("你好") == ["你好！今天想了解什么？"]
    (answer,) = person.says("/video 欢迎。")
    assert answer
    assert person.does("enter_agent")


def test_a_disabled_answer_is_not_given(person):
    Answer.objects.update(enabled=False)
    assert person.says("你好") != ["你好！今天想了解什么？"]


def test_a_callback_whose_workers_die_ends_in_a_plain_sentence(person, application):
    callback = factories.make_callback(application, body="", from_user_id=person.user_id)
    Callback.objects.filter(pk=callback.pk).update(attempts=Callback.max_attempts - 1)
    processor.handle(callback.pk)
    callback.refresh_from_db()
    assert (callback.status, callback.reason) == ("failed", "attempts")
    (answer,) = person.read()
    assert callback.cid[:4].upper() in answer


def test_asking_for_an_english_video_does_not_change_the_language(person):
    person.says("你好")
    person.says("/video Welcome.")
    assert Conversation.objects.get().language == "zh-hans"


def test_a_repeated_task_answers_once(person, application):
    callback = factories.make_callback(application, body="")
    Callback.objects.filter(pk=callback.pk).update(status="done")

    processor.handle(callback.pk)
    assert person.read() == []
