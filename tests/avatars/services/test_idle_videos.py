"""Idle videos: requested once, shown under consent, of the portrait that the digital human has now."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from avatars import services
from avatars.exceptions import ConsentError
from avatars.models import Consent, DigitalHuman, Render
from avatars.rendering import estimates, recipes, render_retention
from tests.support import factories

pytestmark = pytest.mark.django_db
IDLE = "/api/v1/digital-humans/{}/idle-video/"


@pytest.fixture
def human() -> DigitalHuman:
    return factories.make_digital_human()


def made(human: DigitalHuman) -> Render:
    """Its idle video as if a worker had made it."""
    render = services.request_idle_video(human)
    name = default_storage.save("renders/idle/video.mp4", ContentFile(b"idle"))
    Render.objects.filter(pk=render.pk).update(
        status=Render.Status.DONE, video=name, poster=name, finished_at=timezone.now(), took_seconds=5
    )
    human.refresh_from_db()
    return Render.objects.get(pk=render.pk)


def test_it_is_requested_once_and_asks_for_no_words(human):
    render = services.request_idle_video(human)
    assert services.request_idle_video(human) == render
    assert (render.text, render.recipe["loop"], render.priority) == ("", recipes.LOOP_SECONDS, services.CAMPAIGN)
    assert render.recipe["scene"]["captions"] == "off"
    spec = recipes.video_spec(render)
    assert (spec.loop, spec.text, spec.mode) == (recipes.LOOP_SECONDS, "", "enhanced_talking_head")
    assert services.idle_video(human) is None, "it is not made yet"


def test_a_finished_one_is_shown_until_the_portrait_changes(human):
    render = made(human)
    assert services.idle_video(human) == render
    human.portrait.save("other.jpg", ContentFile(b"another"), save=True)
    assert services.idle_video(human) is None


def test_it_needs_a_consent_and_goes_with_it():
    human = factories.make_digital_human(origin="photograph")
    with pytest.raises(ConsentError):
        services.request_idle_video(human)
    consent = factories.make_consent(human)
    made(human)
    assert services.idle_video(human) is not None
    listed = services.annotate_idle_videos(DigitalHuman.objects.all())
    assert services.idle_video(listed.get()) is not None
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now())
    assert services.idle_video(DigitalHuman.objects.get()) is None
    assert services.idle_video(listed.get()) is None


def test_a_consent_to_one_purpose_shows_it_for_that_one_only():
    human = factories.make_digital_human(origin="photograph")
    one, other = list(Consent.Purpose)[:2]
    factories.make_consent(human, purposes=[one.value])
    made(human)
    assert services.idle_video(human, purpose=one.value) is not None
    assert services.idle_video(human, purpose=other.value) is None


def test_a_cloned_voice_is_no_obstacle_to_silence(human):
    human.voice.statements.all().delete()
    assert services.request_idle_video(human).voice_consent is None


def test_it_is_kept_while_it_is_in_use_and_teaches_no_estimate(human, settings):
    settings.AVATARS = {**settings.AVATARS, "KEEP_VIDEOS_DAYS": 1}
    render = made(human)
    before = estimates.estimate_seconds("你好", human.mode)
    Render.objects.filter(pk=render.pk).update(took_seconds=5000, mode=human.mode)
    assert estimates.estimate_seconds("你好", human.mode) == before
    render_retention.delete_expired(now=timezone.now() + timedelta(days=9))
    assert services.idle_video(human) == render
    DigitalHuman.objects.update(idle_render=None)
    render_retention.delete_expired(now=timezone.now() + timedelta(days=9))
    assert not Render.objects.get(pk=render.pk).video


def test_of_a_portrait_video_it_is_made_of_the_video(human):
    factories.make_portrait_video(human, status="done", still=str(human.portrait.name), video="portraits/a.mp4")
    recipe = services.request_idle_video(human).recipe
    assert (recipe["portrait_video"], recipe["loop"]) == ("portraits/a.mp4", recipes.LOOP_SECONDS)


def test_a_failed_one_can_be_made_again(human):
    render = services.request_idle_video(human)
    Render.objects.filter(pk=render.pk).update(status=Render.Status.FAILED)
    assert services.retry_render(Render.objects.get(pk=render.pk))


def test_rest_requests_it_and_tells_its_address(human):
    api = factories.make_api("digital_humans:read", "digital_humans:write", "renders:read")
    address = f"/api/v1/digital-humans/{human.pk}/"
    assert api.get(address).json()["idle_video_url"] == ""
    assert api.get(IDLE.format(human.pk)).status_code == 404
    asked = api.post(IDLE.format(human.pk), format="json")
    assert (asked.status_code, asked.json()["text"]) == (202, "")
    made(human)
    assert api.post(IDLE.format(human.pk), format="json").status_code == 200
    found = api.get(api.get(address).json()["idle_video_url"])
    assert b"".join(found.streaming_content) == b"idle"


def test_staff_request_it_on_the_page_and_see_it_there(human, admin_client):
    page = reverse("admin:avatars_digitalhuman_change", args=[human.pk])
    assert "ou-idle" not in admin_client.get(page).content.decode()
    asked = admin_client.post(
        reverse("admin:avatars_digitalhuman_make_idle_video", args=[human.pk]), {"_form_submitted": "True"}
    )
    assert asked["HX-Redirect"].endswith(f"/render/{human.__class__.objects.get().idle_render_id}/change/")
    render = made(human)
    shown = admin_client.get(page).content.decode().partition('class="ou-idle"')[2].partition(">")[0]
    assert all(word in shown for word in ("muted", "loop", "autoplay", render.video.url))
