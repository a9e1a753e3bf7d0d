"""Delivery against the emulator: nothing is lost or doubled."""

import itertools
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.support import factories
from wecom import services
from wecom.contents import Text, Video
from wecom.exceptions import ContentError
from wecom.media import uploads
from wecom.models import Application, Attempt, Member, Outbound, Upload
from wecom.outbox import dispatcher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def deliver(outbound: Outbound, *, times: int = 1, later: timedelta = timedelta()) -> Outbound:
    """Let workers try, as often as said, and look at the row."""
    for _ in range(times):
        dispatcher.deliver(outbound.pk, now=timezone.now() + later)
    outbound.refresh_from_db()
    return outbound


def tries(outbound: Outbound) -> list[str]:
    return list(outbound.tries.order_by("number").values_list("outcome", flat=True))


def test_a_text_arrives_and_leaves_its_attempt(connected, person):
    outbound = deliver(services.send_text(person.user_id, content="早上好"))
    assert person.texts() == ["早上好"]
    assert (outbound.status, outbound.errcode, tries(outbound)) == ("done", 0, ["sent"])
    assert outbound.msgid


def test_a_woken_twice_message_is_sent_once(connected, person):
    deliver(services.send_text(person.user_id, content="一次"), times=3)
    assert person.texts() == ["一次"]


def test_long_text_arrives_in_parts_in_order(connected, person):
    text = "".join(f"第{number}句话，说得不长。" for number in range(400))
    services.send_text(person.user_id, content=text)
    for outbound in Outbound.objects.order_by("pk"):
        deliver(outbound)
    parts = person.texts()
    assert [part.split("\n")[0] for part in parts] == [f"({n}/{len(parts)})" for n in range(1, len(parts) + 1)]
    assert "".join(part.split("\n", 1)[1] for part in parts) == text
    assert all(len(part.encode()) <= 2048 for part in parts)


def test_a_later_part_waits_for_the_earlier(connected, person):
    services.send_text(person.user_id, content="一" * 1000)
    first, second = Outbound.objects.order_by("pk")
    assert deliver(second).status == "queued"
    deliver(first)
    assert deliver(second).status == "done"


def test_the_same_text_again_arrives_again(connected, person):
    for _ in range(3):
        deliver(services.send_text(person.user_id, content="好的"))
    assert len(person.texts()) == 3
    assert {text.rstrip("\u200b\u200c\u2060") for text in person.texts()} == {"好的"}


def test_a_repeated_text_never_has_bytes_of_four_hours(connected, person):
    bodies = []
    for hours in (0, 3, 6, 9):
        outbound = services.send_text(person.user_id, content="好的")
        at = timezone.now() + timedelta(hours=hours)
        Outbound.objects.filter(pk=outbound.pk).update(created_at=at)
        outbound = deliver(outbound, later=timedelta(hours=hours))
        Outbound.objects.filter(pk=outbound.pk).update(finished_at=at)
        bodies.append(bytes(outbound.body))
    assert all(body != before for before, body in itertools.pairwise(bodies))


def test_a_held_text_and_an_equal_new_one_both_arrive(connected, person):
    old = services.send_text(person.user_id, content="好的")
    Outbound.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=9))
    deliver(old)
    deliver(services.send_text(person.user_id, content="好的"))
    assert len(person.texts()) == 2


def test_equal_messages_that_are_frozen_at_once_have_different_bytes(connected, emulator):
    people = [emulator.hire().user_id for _ in range(2)]
    rows = [services.enqueue_message(connected, Text(content="同时"), to=people) for _ in range(4)]
    deliver(services.send_text(people[0], content="热身"))

    def work(row: Outbound) -> None:
        try:
            dispatcher.deliver(row.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, rows))
    assert len({bytes(row.body) for row in Outbound.objects.filter(pk__in=[row.pk for row in rows])}) == 4


@pytest.mark.parametrize("fault", ["reset-after", "late", "truncated", "server-error", "bad-gateway", "html", "empty"])
def test_an_ambiguous_send_is_repeated_with_the_same_bytes(connected, emulator, person, fault):
    emulator.fault(fault, seconds=2) if fault == "late" else emulator.fault(fault)
    outbound = deliver(services.send_text(person.user_id, content="唯一"))
    assert (outbound.status, outbound.reason, outbound.was_ambiguous) == ("queued", "ambiguous", True)
    frozen = bytes(outbound.body)
    outbound = deliver(outbound)
    assert outbound.status == "done"
    assert bytes(outbound.body) == frozen
    assert tries(outbound) == ["ambiguous", "sent"]
    assert person.texts() == ["唯一"]


def test_nobody_knows_after_four_hours_and_a_person_decides(connected, emulator, person):
    emulator.fault("reset-after")
    outbound = deliver(services.send_text(person.user_id, content="谁知道"))
    outbound = deliver(outbound, later=timedelta(hours=5))
    assert (outbound.status, outbound.reason) == ("failed", "unknown")
    assert len(person.texts()) == 1
    assert services.treat_as_sent(outbound)
    outbound.refresh_from_db()
    assert outbound.status == "done"
    services.resend(outbound)
    assert deliver(outbound).status == "done"
    assert len(person.texts()) == 2


@pytest.mark.parametrize(("minutes", "reason"), [(229, ""), (231, "unknown")])
def test_the_same_bytes_go_out_again_for_230_minutes(connected, emulator, person, minutes, reason):
    emulator.fault("reset-after")
    outbound = deliver(services.send_text(person.user_id, content="还来得及"))
    frozen = bytes(outbound.body)
    outbound = deliver(outbound, later=timedelta(minutes=minutes))
    assert outbound.reason == reason
    assert bytes(outbound.body) == frozen


def test_an_ambiguous_send_keeps_its_bytes_though_its_recipient_left(connected, emulator, person):
    emulator.fault("reset-after")
    outbound = deliver(services.send_text(person.user_id, content="再见"))
    frozen = bytes(outbound.body)
    Member.objects.update_or_create(
        corporation=connected.corporation, user_id=person.user_id, defaults={"status": "left"}
    )
    assert bytes(deliver(outbound).body) == frozen
    assert person.texts() == ["再见"]


def test_a_worker_that_died_during_the_call_counts_as_ambiguous(connected, person):
    outbound = services.send_text(person.user_id, content="接班")
    Outbound.claim(outbound.pk)
    Attempt.objects.create(outbound=outbound, number=1)
    Outbound.objects.filter(pk=outbound.pk).update(
        lease_until=timezone.now() - timedelta(hours=1), first_attempt_at=timezone.now()
    )
    outbound = deliver(outbound)
    assert (outbound.status, outbound.was_ambiguous) == ("done", True)
    assert tries(outbound) == ["ambiguous", "sent"]


@pytest.mark.parametrize("fault", ["busy", "rate-limited", "concurrency-limited", "reset-before"])
def test_what_passes_is_tried_again(connected, emulator, person, fault):
    emulator.fault(fault)
    outbound = deliver(services.send_text(person.user_id, content="再来"), times=2)
    assert outbound.status == "done"
    assert person.texts() == ["再来"]


def test_nobody_listening_is_no_attempt_at_ambiguity(connected, person):
    Application.objects.update(api_base_url="http://127.0.0.1:9")
    outbound = deliver(services.send_text(person.user_id, content="断网"))
    assert (outbound.status, outbound.reason, outbound.was_ambiguous) == ("queued", "busy", False)


@pytest.mark.parametrize("fault", ["token-invalid", "token-expired"])
def test_a_token_that_the_platform_refuses_is_fetched_again_once(connected, emulator, person, fault):
    deliver(services.send_text(person.user_id, content="热身"))
    before = emulator.calls("gettoken")
    emulator.fault(fault)
    outbound = deliver(services.send_text(person.user_id, content="还在"))
    assert outbound.status == "done"
    assert emulator.calls("gettoken") == before + 1
    assert person.texts() == ["热身", "还在"]


def test_a_wrong_setting_holds_the_application_and_says_what_to_do(connected, emulator, person):
    emulator.fault("untrusted-ip")
    outbound = deliver(services.send_text(person.user_id, content="等等"))
    connected.refresh_from_db()
    assert (outbound.status, outbound.reason, outbound.attempts) == ("queued", "held", 0)
    assert "127.0.0.1" in connected.held_reason
    other = deliver(services.send_text("somebody", content="也等等"))
    assert (other.reason, other.attempts) == ("held", 0)
    services.save_application(connected)
    assert deliver(outbound).status == "done"
    assert person.texts() == ["等等"]


def test_what_goes_through_after_a_hold_ends_it(connected, emulator, person):
    emulator.fault("untrusted-ip")
    outbound = deliver(services.send_text(person.user_id, content="等等"))
    Application.objects.update(held_until=timezone.now())
    assert deliver(outbound, later=timedelta(minutes=5)).status == "done"
    connected.refresh_from_db()
    assert (connected.held_reason, connected.held_until) == ("", None)


def test_a_person_out_of_range_is_no_reason_to_try_again(connected, emulator, person):
    emulator.api("PATCH", f"members/{person.user_id}", json={"visible": False})
    outbound = deliver(services.send_text(person.user_id, content="看不见"))
    assert (outbound.status, outbound.reason, outbound.invalid) == ("failed", "recipient", [person.user_id])


def test_of_several_recipients_those_who_cannot_be_reached_are_named(connected, person):
    outbound = services.enqueue_message(connected, Text(content="大家好"), to=[person.user_id, "nobody"])
    outbound = deliver(outbound)
    assert (outbound.status, outbound.invalid) == ("done", ["nobody"])


@pytest.mark.parametrize("name", ["@all", "a|b", "", " ", "x" * 65])
def test_a_recipient_is_one_member(connected, name):
    with pytest.raises(ContentError):
        services.send_text(name, content="你好")
    assert not Outbound.objects.exists()


def test_a_member_who_is_named_twice_gets_it_once(connected, person):
    outbound = services.enqueue_message(connected, Text(content="一次"), to=[person.user_id, person.user_id.upper()])
    assert outbound.recipients == [person.user_id]
    assert outbound.order_key


def test_a_message_that_is_too_late_is_not_sent(connected, person):
    outbound = services.enqueue_message(
        connected, Text(content="早上好"), to=[person.user_id], expires_at=timezone.now() + timedelta(minutes=5)
    )
    outbound = deliver(outbound, later=timedelta(hours=1))
    assert (outbound.status, outbound.reason) == ("cancelled", "expired")
    assert person.texts() == []


def test_more_than_thirty_a_minute_wait_and_none_is_dropped(connected, emulator, person):
    for number in range(33):
        services.send_text(person.user_id, content=f"消息{number}")
    rows = list(Outbound.objects.order_by("pk"))
    for outbound in rows:
        deliver(outbound)
    assert len(person.texts()) == 30
    waiting = rows[30]
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason, waiting.attempts) == ("queued", "quota", 0)
    emulator.api("POST", "clock", json={"advance": 61})
    for outbound in rows[30:]:
        deliver(outbound, later=timedelta(seconds=61))
    assert person.texts() == [f"消息{number}" for number in range(33)]


def test_inside_a_handler_the_same_send_is_made_once(connected, person):
    callback = factories.make_callback(connected, from_user_id=person.user_id)
    for _ in range(2):
        with services.handling(callback):
            services.send_text(person.user_id, content="一")
            services.send_text(person.user_id, content="二")
    assert Outbound.objects.count() == 2
    assert set(Outbound.objects.values_list("cid", flat=True)) == {callback.cid}


@pytest.fixture
def video_file(settings):
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    path = settings.MEDIA_ROOT / "video.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(2000))
    return path


def send_video(application: Application, user_id: str, video_file) -> Outbound:
    upload = services.ensure_upload(
        application, kind="video", path=video_file, name=video_file.name, filename="林晓.mp4"
    )
    return services.enqueue_message(application, Video(title="你好"), to=[user_id], upload=upload)


def upload_of(outbound: Outbound):
    assert outbound.upload is not None
    uploads.run_upload(outbound.upload.pk)
    outbound.upload.refresh_from_db()
    return outbound.upload


def test_a_video_waits_for_its_upload_and_two_people_share_one(connected, emulator, person, video_file):
    outbound = deliver(send_video(connected, person.user_id, video_file))
    assert (outbound.status, outbound.reason, outbound.attempts) == ("queued", "uploading", 0)
    assert upload_of(outbound).status == "done"
    assert deliver(outbound).status == "done"
    other = emulator.hire()
    assert deliver(send_video(connected, other.user_id, video_file)).status == "done"
    assert emulator.calls("media/upload") == 1
    (entry,) = person.received()
    assert (entry["msgtype"], entry["content"]["title"]) == ("video", "你好")


def test_the_same_video_again_arrives_again(connected, person, video_file):
    for _ in range(2):
        outbound = send_video(connected, person.user_id, video_file)
        upload_of(outbound)
        assert deliver(outbound).status == "done"
    assert len(person.received()) == 2


def test_media_that_the_platform_forgot_are_uploaded_again(connected, emulator, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    upload_of(outbound)
    emulator.fault("media-expired")
    outbound = deliver(outbound)
    assert (outbound.status, outbound.reason) == ("queued", "uploading")
    upload_of(outbound)
    assert deliver(outbound).status == "done"
    assert emulator.calls("media/upload") == 2
    assert len(person.received()) == 1


def test_after_three_days_media_are_uploaded_again(connected, emulator, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    upload = upload_of(outbound)
    type(upload).objects.update(expires_at=timezone.now() - timedelta(hours=1))
    outbound = deliver(outbound)
    assert outbound.reason == "uploading"
    upload_of(outbound)
    assert deliver(outbound).status == "done"


def test_an_upload_that_is_refused_ends_the_messages_that_wait_for_it(connected, person, settings):
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    tiny = settings.MEDIA_ROOT / "tiny.mp4"
    tiny.write_bytes(b"abc")
    outbound = send_video(connected, person.user_id, tiny)
    assert upload_of(outbound).status == "failed"
    deliver(outbound)
    assert (outbound.status, outbound.reason) == ("cancelled", "upload_failed")


def test_an_upload_that_breaks_off_is_tried_again(connected, emulator, person, video_file):
    emulator.fault("reset-after", path="media/upload")
    outbound = send_video(connected, person.user_id, video_file)
    upload = upload_of(outbound)
    assert upload.status == "queued"
    type(upload).objects.update(due_at=timezone.now())
    assert upload_of(outbound).status == "done"


def test_an_upload_that_ends_early_is_not_missed(connected, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    uploading = []

    def upload() -> None:
        try:
            uploads.run_upload(outbound.upload_id)
        finally:
            connections.close_all()

    def upload_at_this_moment(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and Outbound.Reason.UPLOADING in params and not uploading:
            uploading.append(pool.submit(upload))
            wait(uploading, timeout=0.7)
        return execute(sql, params, many, context)

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(upload_at_this_moment):
        deliver(outbound)
    uploading[0].result()
    outbound.refresh_from_db()
    assert outbound.due_at <= timezone.now()
    assert deliver(outbound).status == "done"


def test_an_upload_that_takes_long_lets_later_messages_go_first(connected, emulator, person, video_file):
    video = deliver(send_video(connected, person.user_id, video_file))
    text = services.send_text(person.user_id, content="先说一句")
    assert deliver(text).status == "queued"
    emulator.fault("busy", path="media/upload", times=3)
    for _ in range(3):
        upload_of(video)
        Upload.objects.update(due_at=timezone.now())
    assert deliver(text).status == "done"
    assert upload_of(video).status == "done"
    assert deliver(video).status == "done"


def test_a_wrong_setting_found_by_an_upload_holds_the_application(connected, emulator, person, video_file):
    emulator.fault("untrusted-ip", path="media/upload")
    video = send_video(connected, person.user_id, video_file)
    assert (upload_of(video).status, upload_of(video).reason) == ("queued", "held")
    connected.refresh_from_db()
    assert connected.held_until
    assert "企业可信IP" in connected.held_reason
    assert emulator.calls("media/upload") == 1


def test_an_upload_whose_file_is_gone_ends_its_message(connected, person, video_file):
    video = send_video(connected, person.user_id, video_file)
    video_file.unlink()
    assert (upload_of(video).status, upload_of(video).reason) == ("failed", "file_unreadable")
    assert deliver(video).reason == "upload_failed"


def test_an_upload_whose_workers_died_ends_its_message(connected, person, video_file):
    video = deliver(send_video(connected, person.user_id, video_file))
    Upload.objects.update(attempts=Upload.max_attempts)
    assert upload_of(video).status == "failed"
    assert deliver(video).reason == "upload_failed"


def test_a_revoked_token_is_replaced_and_a_wrong_secret_held(connected, emulator, person):
    deliver(services.send_text(person.user_id, content="热身"))
    emulator.fault("wrong-secret")
    assert deliver(services.send_text(person.user_id, content="还在")).status == "done"
    emulator.fault("wrong-secret")
    emulator.fault("wrong-secret", path="gettoken")
    assert deliver(services.send_text(person.user_id, content="不行")).reason == "held"
    connected.refresh_from_db()
    assert connected.held_until > timezone.now() + timedelta(minutes=50)


def test_media_forgotten_after_a_lost_answer_await_a_decision(connected, emulator, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    upload_of(outbound)
    emulator.fault("reset-after")
    frozen = bytes(deliver(outbound).body)
    emulator.fault("media-expired")
    outbound = deliver(outbound)
    assert (outbound.status, outbound.reason, outbound.errcode) == ("failed", "unknown", 40007)
    assert bytes(outbound.body) == frozen
    assert emulator.calls("media/upload") == 1
    assert outbound.results() == {person.user_id: "unknown"}
    assert len(person.received()) == 1


def test_an_ambiguous_send_keeps_its_bytes_though_the_media_id_changed(connected, emulator, person, video_file):
    outbound = send_video(connected, person.user_id, video_file)
    upload_of(outbound)
    emulator.fault("reset-after")
    frozen = bytes(deliver(outbound).body)
    Upload.objects.update(media_id="another", expires_at=timezone.now() - timedelta(hours=1))
    outbound = deliver(outbound)
    assert (outbound.status, bytes(outbound.body)) == ("done", frozen)
    assert len(person.received()) == 1


def test_a_media_id_is_used_for_seventy_hours(connected, person, video_file):
    before = timezone.now()
    upload = upload_of(send_video(connected, person.user_id, video_file))
    assert before <= upload.expires_at - timedelta(hours=70) <= timezone.now()
    assert upload.is_usable(upload.expires_at - timedelta(seconds=1))
    assert not upload.is_usable(upload.expires_at)


def test_what_became_of_a_message_is_told_for_each_recipient(connected, emulator, person):
    emulator.api("PATCH", f"members/{person.user_id}", json={"visible": False})
    other = emulator.hire()
    outbound = services.enqueue_message(connected, Text(content="大家好"), to=[person.user_id, "nobody", other.user_id])
    assert set(outbound.results().values()) == {"waiting"}
    results = deliver(outbound).results()
    assert results == {person.user_id: "unreached", "nobody": "unreached", other.user_id: "sent"}


def test_who_has_no_licence_is_named_and_alone_ends_as_failed(connected, emulator, person):
    emulator.api("PATCH", f"members/{person.user_id}", json={"licensed": False})
    other = emulator.hire()
    both = deliver(services.enqueue_message(connected, Text(content="大家好"), to=[person.user_id, other.user_id]))
    assert (both.status, both.results()) == ("done", {person.user_id: "unlicensed", other.user_id: "sent"})
    alone = deliver(services.enqueue_message(connected, Text(content="你好"), to=[person.user_id]))
    assert (alone.status, alone.reason) == ("failed", "recipient")
    assert alone.results() == {person.user_id: "unlicensed"}


def test_a_poisonous_message_is_unknown_only_after_a_call(connected):
    for attempts, reason in ((0, "attempts"), (1, "unknown")):
        row = factories.make_outbound(connected, attempts=Outbound.max_attempts)
        if attempts:
            Attempt.objects.create(outbound=row, number=1)
        dispatcher.deliver(row.pk)
        row.refresh_from_db()
        assert (row.status, row.reason) == ("failed", reason)
        assert set(row.results().values()) == {"unknown" if attempts else "failed"}
