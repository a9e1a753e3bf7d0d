"""Videos and narrations that no member waits for any more: every way in which the waiting ends, and what goes on."""

import pytest
from django.db import transaction

from avatars import services as avatars
from avatars.models import Narration, Render
from avatars.rendering import demand
from conversations import services
from conversations.models import Conversation, Message, PreferenceChange
from conversations.videos import lifecycle
from conversations.videos.lifecycle import cancel_waiting
from tests.support import factories
from wecom.directory.member_rows import mark_left

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def promise(text="你好，世界。", *, spoken=False, **options):
    """A message that waits for its video, or, late as it is, for its narration."""
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    member = factories.make_member(application)
    with transaction.atomic():
        talk = Conversation.objects.locked(application, member)
        message = services.say_video(talk, text, cid="c1d", **options)
        if spoken:
            message.narration = avatars.request_narration(message.render.digital_human, text)
            message.save()
    return message


def member_cancels(message):
    with transaction.atomic():
        cancel_waiting(Conversation.objects.locked(message.application, message.member))


def member_leaves(message):
    mark_left(message.member)


def member_reads(message):
    services.change_preferences(message.member, prefers_text=True, origin=PreferenceChange.Origin.PAGE)


def member_is_deleted(message):
    message.member.delete()


WAYS = {
    "cancelled": member_cancels,
    "recalled": services.recall,
    "left": member_leaves,
    "reads": member_reads,
    "deleted": member_is_deleted,
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_what_no_member_waits_for_ends_in_the_queue_and_in_hand(way):
    message = promise(spoken=True)
    render, narration = Render.claim(message.render.pk), Narration.claim(message.narration.pk)
    WAYS[way](message)
    standing = demand.standing_of(render)
    assert standing is None or not standing.is_wanted, "which its worker asks for all the time"
    lifecycle.release_all()  # as the sweeper does
    render.refresh_from_db()
    narration.refresh_from_db()
    assert (render.status, narration.status) == ("cancelled", "cancelled")


def test_words_come_at_once_to_a_member_who_chose_them_since():
    message = promise()
    member_reads(message)
    lifecycle.release_all()
    message.refresh_from_db()
    assert (message.state, message.reason, message.degraded) == ("sending", Message.Reason.CHOSEN, False)
    assert message.outbound.content["content"] == "你好，世界。"


def test_a_video_that_the_member_asked_for_stays_one():
    message = promise(asked=True, insists=True)
    member_reads(message)
    lifecycle.release_all()
    message.refresh_from_db()
    assert (message.state, message.render.status) == ("waiting", "queued")


def test_a_video_that_somebody_joins_while_it_is_cancelled_goes_on(monkeypatch):
    message = promise()
    Message.objects.filter(pk=message.pk).update(state=Message.State.CANCELLED)
    cancel = demand._cancel

    def another_member_joins(kind, keys):
        Message.objects.filter(pk=message.pk).update(state=Message.State.WAITING)
        return cancel(kind, keys)

    monkeypatch.setattr(demand, "_cancel", another_member_joins)
    assert demand.cancel_unwanted(Render) == 0
    message.render.refresh_from_db()
    assert message.render.status == "queued"


def test_a_video_that_a_program_asked_for_too_goes_on():
    message = promise()
    avatars.request_render(message.render.digital_human, message.render.text, purpose="chat", requester="client:1")
    member_cancels(message)
    message.render.refresh_from_db()
    assert message.render.status == "queued"
    assert avatars.cancel_render(message.render), "which can be cancelled all the same"
