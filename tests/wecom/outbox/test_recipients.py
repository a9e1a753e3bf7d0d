"""Members who left or are out of the visible range get no message, and cost no call."""

import pytest

from core.web.admin import reason_words
from tests.support.factories import make_application, make_member
from wecom import services
from wecom.contents import Text
from wecom.exceptions import ContentError
from wecom.models import ApplicationMember
from wecom.outbox.dispatcher import deliver
from wecom.outbox.enqueue import check_recipients

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def send(application, *to):
    outbound = services.enqueue_message(application, Text(content="你好"), to=to)
    deliver(outbound.pk)
    outbound.refresh_from_db()
    return outbound


def put_out_of_range(application, user_id):
    ApplicationMember.objects.create(application=application, member=make_member(application, user_id), in_range=False)


def test_a_message_to_somebody_who_left_fails_without_a_call(connected, emulator, person):
    make_member(connected, person.user_id, status="left")
    outbound = send(connected, person.user_id)
    assert (outbound.status, outbound.reason, outbound.invalid) == ("failed", "left", [person.user_id])
    assert not outbound.tries.exists()
    assert emulator.calls("message/send") == 0


def test_a_message_sent_again_to_somebody_who_left_ends_with_that_reason(connected, emulator, person):
    sent = send(connected, person.user_id)
    make_member(connected, person.user_id, status="left")
    assert services.resend(sent)
    deliver(sent.pk)
    sent.refresh_from_db()
    assert (sent.status, sent.reason, sent.invalid) == ("failed", "left", [person.user_id])
    assert reason_words(sent) == "the recipient has left the company"
    assert emulator.calls("message/send") == 1


def test_who_is_out_of_range_has_not_left(connected, person):
    put_out_of_range(connected, person.user_id)
    assert send(connected, person.user_id).reason == "recipient"


def test_members_out_of_range_are_left_out(connected, emulator, person):
    other = emulator.hire()
    put_out_of_range(connected, other.user_id)
    outbound = send(connected, person.user_id, other.user_id)
    assert (outbound.status, outbound.invalid) == ("done", [other.user_id])
    assert person.texts() == ["你好"]
    assert other.texts() == []


def test_who_is_out_of_the_range_of_another_application_is_written_to(connected, person):
    beside = make_application(corporation=connected.corporation, agent_id=1000009)
    member = make_member(connected, person.user_id)
    ApplicationMember.objects.create(application=beside, member=member, in_range=False)
    assert send(connected, person.user_id).status == "done"


def test_who_comes_back_is_written_to_again(connected, person):
    put_out_of_range(connected, person.user_id)
    failed = send(connected, person.user_id)
    services.mark_in_range(connected, person.user_id)
    services.resend(failed)
    deliver(failed.pk)
    failed.refresh_from_db()
    assert (failed.status, failed.invalid) == ("done", [])


def test_what_may_have_arrived_does_not_fail_because_its_recipient_left(connected, emulator, person):
    emulator.fault("reset-after")
    outbound = send(connected, person.user_id)
    frozen = bytes(outbound.body)
    make_member(connected, person.user_id, status="left")
    deliver(outbound.pk)
    outbound.refresh_from_db()
    assert (outbound.status, bytes(outbound.body)) == ("done", frozen)
    assert person.texts() == ["你好"]


def test_a_message_goes_to_a_thousand_members_and_no_more():
    names = [f"m{number}" for number in range(1000)]
    assert check_recipients([*names, "M7"]) == names
    for wrong in ([*names, "one-more"], []):
        with pytest.raises(ContentError):
            check_recipients(wrong)
