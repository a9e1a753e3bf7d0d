"""A video that is too large arrives smaller, as a file, or as a link."""

import pytest
from django.core.files.base import ContentFile

from avatars.models import Render, Rendition
from avatars.rendering import compression
from conversations import services
from conversations.models import Message, WatchLink
from conversations.videos.lifecycle import fall_back
from wecom.models import Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("work_dir")]


@pytest.fixture
def message(application, large_video, settings):
    settings.SITE_URL = "https://example.com"
    person = services.conversation_with("zhangsan", application=application)
    message = services.say_video(person, "公司政策讲解。", cid="c1d")
    render = Render.claim(message.render.pk)
    render.content_id = "c" * 32
    Render.objects.filter(pk=render.pk).update(content_id=render.content_id)
    render.video.save("video.mp4", ContentFile(large_video), save=False)
    render.settle(Render.Status.DONE, video=render.video.name)
    return message


@pytest.fixture
def most(settings):
    """What the platform takes, in bytes."""

    def choose(*, video: int, file: int) -> None:
        settings.WECOM = {**settings.WECOM, "MEDIA_LIMITS": {"video": video, "file": file}}

    return choose


def released(message):
    """Release it, making the smaller video where one is wanted."""
    count = services.release(message.render)
    small = Rendition.objects.first()
    if small is not None:
        assert count == 0
        message.refresh_from_db()
        assert message.state == Message.State.WAITING
        compression.compress(small.pk)
    message.refresh_from_db()
    assert message.state == Message.State.SENDING
    assert services.release(message.render) == 0
    assert Outbound.objects.count() == 1
    return Outbound.objects.get()


def test_a_video_that_fits_goes_as_it_is(message, most):
    most(video=2_000_000, file=4_000_000)
    outbound = released(message)
    assert outbound.msgtype == "video"
    assert outbound.upload.path == message.render.video.name
    assert not Rendition.objects.exists()


@pytest.mark.parametrize("words", ["公司政策讲解。", "公司政策讲解。" * 20], ids=["short", "long"])
@pytest.mark.parametrize("asked", [False, True], ids=["unasked", "asked"])
@pytest.mark.parametrize("limits", [(2_000_000, 4_000_000), (40_000, 50_000)], ids=["video", "link"])
def test_no_bubble_says_its_words_twice(message, most, words, asked, limits):
    Render.objects.update(text=words)
    Message.objects.update(asked=asked)
    most(video=limits[0], file=limits[1])
    message.refresh_from_db()
    content = released(message).content
    told = f"{content['title']} {content['description']}"
    assert told.count(words) == 1
    assert told.count("公司政策讲解") == words.count("公司政策讲解")


def test_one_that_is_too_large_is_made_smaller(message, most):
    most(video=150_000, file=2_000_000)
    outbound = released(message)
    assert (outbound.msgtype, outbound.content["title"]) == ("video", "公司政策讲解。")
    assert outbound.upload.path == Rendition.objects.get().video.name
    assert outbound.upload.size <= 150_000


def test_one_that_would_be_too_poor_goes_as_a_file(message, most):
    most(video=40_000, file=2_000_000)
    outbound = released(message)
    assert outbound.msgtype == "file"
    assert outbound.upload.path == message.render.video.name


def test_one_too_large_for_a_file_becomes_a_private_link(message, most):
    most(video=40_000, file=50_000)
    outbound = released(message)
    link = WatchLink.objects.get()
    assert outbound.msgtype == "textcard"
    assert outbound.content["url"] == f"https://example.com/watch/{link.name}/"
    assert (link.member, link.render) == (message.member, message.render)


@pytest.mark.parametrize("limits", [(40_000, 2_000_000), (40_000, 50_000)], ids=["file", "link"])
def test_one_that_cannot_be_delivered_in_any_form_goes_as_text(message, most, limits):
    most(video=limits[0], file=limits[1])
    outbound = released(message)
    Outbound.objects.filter(pk=outbound.pk).update(status="failed", reason="refused")
    outbound.refresh_from_db()
    fall_back(outbound)
    assert Outbound.objects.last().msgtype == "text"
    assert "公司政策讲解。" in Outbound.objects.last().content["content"]
