"""A photograph speaks only with consent, checked at the request, at the start and at delivery."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from avatars import services, validators
from avatars.consent import covering_consent
from avatars.exceptions import ConsentError
from avatars.models import Consent, DigitalHuman, Render
from avatars.rendering import render_worker
from tests.avatars.support import rendering
from tests.avatars.support.child_processes import wait_until
from tests.avatars.support.rendering import after, make_human, working
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate


@pytest.fixture
def human():
    return factories.make_digital_human(origin="photograph")


def refused(human: DigitalHuman, purpose: str = "chat", **wishes) -> str:
    before = Render.objects.count()
    with pytest.raises(ConsentError) as caught:
        services.request_render(human, "你好", purpose=purpose, **wishes)
    assert caught.value.message
    assert caught.value.remedy
    assert Render.objects.count() == before
    return caught.value.code


def in_video(origin="photograph") -> DigitalHuman:
    """A photograph that the small engines can video."""
    human: DigitalHuman = make_human()
    if origin == "photograph":
        services.withdraw_statements(human, by="hr")
    human.refresh_from_db()
    return human


def stored() -> list[str]:
    if not default_storage.exists("renders"):
        return []
    folders = default_storage.listdir("renders")[0]
    return [
        f"renders/{folder}/{name}" for folder in folders for name in default_storage.listdir(f"renders/{folder}")[1]
    ]


def test_a_photograph_without_a_consent_is_refused(human):
    assert refused(human) == "consent_missing"


def test_a_drawn_one_needs_none():
    render = services.request_render(factories.make_digital_human(origin="drawn"), "你好", purpose="chat")
    assert (render.consent, "consent" in render.recipe) == (None, False)


def test_a_render_names_the_consent_it_relies_on(human):
    consent = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    assert render.consent == consent
    assert (render.purpose, render.recipe["consent"]) == ("chat", consent.pk)


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [(-9, -1, "consent_expired"), (1, None, "consent_pending"), (1, 9, "consent_pending")],
)
def test_a_consent_counts_on_its_days_only(human, begins, ends, code):
    last = None if ends is None else TODAY() + timedelta(days=ends)
    factories.make_consent(human, valid_from=TODAY() + timedelta(days=begins), valid_until=last)
    assert refused(human) == code


def test_its_first_and_its_last_day_count(human):
    factories.make_consent(human, valid_from=TODAY(), valid_until=TODAY())
    assert services.request_render(human, "你好", purpose="chat").consent is not None


def test_its_day_is_that_of_here_and_not_of_greenwich(human, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    factories.make_consent(human, valid_from=date(2026, 1, 1), valid_until=date(2026, 3, 1))
    last, next_day = "2026-03-01T23:59:59+08:00", "2026-03-02T00:00:00+08:00"
    assert covering_consent(human, now=timezone.datetime.fromisoformat(last)) is not None
    with pytest.raises(ConsentError):
        covering_consent(human, now=timezone.datetime.fromisoformat(next_day))
    assert Consent.objects.get().ends_at == timezone.datetime.fromisoformat(next_day)


def test_a_purpose_that_nobody_agreed_to_is_refused(human):
    factories.make_consent(human, purposes=["chat"])
    assert refused(human, "campaign") == "consent_purpose"
    assert services.request_render(human, "你好", purpose="chat").consent is not None
    assert services.request_render(human, "试一试").consent is not None  # a trial, not for a member


def test_several_consents_add_up(human):
    factories.make_consent(human, purposes=["chat"])
    many = factories.make_consent(human, purposes=["campaign"])
    assert services.request_render(human, "你好", purpose="campaign").consent == many


def test_another_picture_needs_another_consent(human):
    factories.make_consent(human)
    human.portrait.save("other.png", ContentFile(b"somebody else"), save=True)
    assert refused(human) == "consent_portrait"


def test_a_consent_for_one_covers_no_other(human):
    factories.make_consent(factories.make_digital_human(origin="photograph"))
    assert refused(human) == "consent_missing"


def test_one_that_is_withdrawn_is_refused(human):
    services.withdraw_consent(factories.make_consent(human), by="hr")
    assert refused(human) == "consent_withdrawn"


def test_a_new_consent_makes_new_videos(human):
    first = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    Render.objects.update(status="done")
    services.withdraw_consent(first, by="hr")
    second = factories.make_consent(human)
    again = services.request_render(human, "你好", purpose="chat")
    assert (again.pk == render.pk, again.consent) == (False, second)


def test_what_has_expired_meanwhile_is_not_begun(human):
    consent = factories.make_consent(human)
    render = services.request_render(human, "你好", purpose="chat")
    Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    render_worker.render_next()
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "consent_expired")


def test_what_was_queued_before_there_were_consents_waits_for_none(human):
    render = factories.make_render(human, recipe={"portrait": human.portrait.name})
    render_worker.render_next()
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "consent_missing")


def test_an_engine_is_tried_with_somebody_who_may_be_shown(human):
    drawn = factories.make_digital_human(origin="drawn")
    assert services.try_engine("render", "puppet", "你好").digital_human == drawn
    services.withdraw_statements(drawn, by="hr")
    with pytest.raises(ConsentError):
        services.try_engine("render", "puppet", "你好")


@pytest.mark.usefixtures("small_engines", "work_dir")
def test_a_video_says_on_which_consent_it_rests():
    human = in_video()
    consent = factories.make_consent(human)
    render = after(services.request_render(human, "你好", purpose="chat"))
    assert (render.status, render.reason, render.consent) == ("done", "", consent)
    assert default_storage.exists(render.video.name)


@pytest.mark.usefixtures("small_engines", "work_dir")
def test_a_video_whose_consent_ends_meanwhile_is_not_kept():
    human = in_video()
    consent = factories.make_consent(human)
    render = services.request_render(human, rendering.LONG[:80], purpose="chat")
    with working():
        wait_until(lambda: rendering.stage_of(render) == "filming")
        Consent.objects.filter(pk=consent.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 1, 2))
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "consent_expired")
    assert stored() == []


def test_a_consent_that_ends_before_it_begins_cannot_be_written(human):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_consent(human, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1))


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.pdf", factories.PDF),
        ("a.JPG", b"\xff\xd8\xff\xe0" + b"\0" * 20),
        ("a.jpeg", b"\xff\xd8\xff\xe1" + b"\0" * 20),
        ("a.png", PNG),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 "),
        ("a.mp3", b"ID3\x04" + b"\0" * 20),
        ("a.mp3", b"\xff\xfb\x90\x64" + b"\0" * 20),
        ("a.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0"),
        ("a.mp4", b"\0\0\0\x20ftypisom\0\0\0\0"),
    ],
)
def test_evidence_is_what_its_name_says(name, start):
    file = SimpleUploadedFile(name, start)
    validators.check_evidence(file)
    assert file.read() == start


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.pdf", PNG), ("a.png", factories.PDF), ("a.jpg", b"<svg onload=alert(1)>"), ("a.mp4", b"MZ"), ("a.pdf", b"")],
)
def test_evidence_that_is_something_else_is_refused(name, start):
    with pytest.raises(ValidationError) as caught:
        validators.check_evidence(SimpleUploadedFile(name, start))
    assert caught.value.code == "evidence_kind"


def test_evidence_of_more_than_twenty_megabytes_is_refused():
    file = SimpleUploadedFile("a.pdf", factories.PDF + b"\0" * validators.EVIDENCE_MOST)
    with pytest.raises(ValidationError) as caught:
        validators.check_evidence(file)
    assert caught.value.code == "evidence_large"
