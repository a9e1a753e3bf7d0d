"""Engines in the admin and over REST: the list, what each lacks, and a trial."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avatars import services
from avatars.doctor import PluggedIn
from avatars.models import EngineFailure, Render
from openuser.roles import Role
from tests.support.factories import make_api, make_digital_human, make_voice

pytestmark = pytest.mark.django_db
PAGE = "/admin/engines/"


@pytest.fixture
def client() -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture(autouse=True)
def plugged_in(settings, tmp_path):
    """One that is ready, one whose file is missing, and one whose class is not there."""
    settings.RENDER_FALLBACK, settings.SPEECH_FALLBACK = "puppet", "kokoro"
    settings.SPEECH_ENGINES = {
        "kokoro": {"class": "avatars.speech.kokoro.Kokoro"},
        "own": {"class": "avatars.speech.kokoro.Kokoro", "options": {"model_path": str(tmp_path / "own.onnx")}},
    }
    settings.RENDER_ENGINES = {"puppet": {"class": "avatars.engines.puppet.Puppet"}, "gone": {"class": "no.such.Thing"}}


def listed():
    return {(engine.kind.value, engine.name): engine for engine in services.engines()}


def test_every_engine_is_listed_with_what_it_lacks(tmp_path):
    make_digital_human(voice=make_voice(engine="own"))
    found = listed()
    assert found["render", "puppet"].availability.ok
    assert found["render", "puppet"].is_fallback
    assert (found["render", "puppet"].uses, found["speech", "own"].uses, found["speech", "kokoro"].uses) == (1, 1, 0)
    assert str(tmp_path / "own.onnx") in found["speech", "own"].words
    assert "fetches no weights" in found["speech", "own"].remedy
    assert "RENDER_ENGINES['gone']" in found["render", "gone"].words


def test_the_page_shows_them_and_tries_one(client):
    page = client.get(PAGE).content.decode()
    assert 'data-engine="speech/own" data-state="file_missing"' in page
    assert "own.onnx" in page
    assert "Apache-2.0" in page
    assert 'data-try="render/puppet"' in page
    assert 'data-try="speech/own"' not in page, "what lacks a file cannot be tried"
    answer = client.post(PAGE, {"kind": "render", "name": "puppet"}, follow=True)
    assert "There is no digital human yet." in answer.content.decode()
    human = make_digital_human(engine="gone", voice=make_voice(engine="own", key="theirs"))
    EngineFailure.objects.create(kind="render", name="puppet", rests_until=timezone.now() + timedelta(minutes=5))
    for _ in range(2):
        assert client.post(PAGE, {"kind": "render", "name": "puppet"}).status_code == 302
    first, second = Render.objects.order_by("pk")
    assert first.content_hash != second.content_hash, "made again each time"
    assert (first.digital_human, first.priority) == (human, services.TEST)
    assert (first.recipe["render_engine"], first.recipe["speech_engine"]) == ("puppet", "own")
    assert not EngineFailure.objects.exists(), "a trial asks the engine"
    client.post(PAGE, {"kind": "speech", "name": "kokoro"})
    assert Render.objects.latest("pk").recipe["voice"] == ""
    for wrong in ({"kind": "speech", "name": "nobody"}, {"kind": "recognition", "name": "whisper"}, {}):
        assert client.post(PAGE, wrong).status_code == 400


def test_an_engine_that_rests_says_so_and_why(client):
    until = timezone.localtime(timezone.now() + timedelta(minutes=5))
    EngineFailure.objects.create(kind="render", name="puppet", failures=3, reason="engine_timeout", rests_until=until)
    page = client.get(PAGE).content.decode()
    assert f"rests until {until:%H:%M}" in page
    assert "3 times in a row" in page
    assert "took too long" in page
    assert PluggedIn().run().code == "engine_rests"


def test_a_viewer_looks_and_tries_nothing(client):
    user = User.objects.create_user("viewer", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.VIEWER.value))
    client.force_login(user)
    assert "data-try" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"kind": "render", "name": "puppet"}).status_code == 403
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.get(PAGE).status_code == 403


def test_the_doctor_names_what_is_used_and_lacks_something():
    assert PluggedIn().run().level == "good"
    human = make_digital_human(voice=make_voice(engine="own"))
    finding = PluggedIn().run()
    assert (finding.code, finding.level) == ("file_missing", "warn")
    assert "own.onnx" in finding.words
    human.voice.engine, human.engine = "kokoro", "hologram"
    human.voice.save()
    human.save()
    finding = PluggedIn().run()
    assert finding.code == "engine_unknown"
    assert "hologram" in finding.words


def test_the_list_over_rest_is_for_whoever_may_read_digital_humans():
    found = make_api("digital_humans:read").get(reverse("engine-list")).json()
    puppet = next(one for one in found if one["name"] == "puppet")
    assert puppet["available"]
    assert puppet["stands_in"]
    assert (puppet["kind"], puppet["licence"], puppet["device"]) == ("render", "Apache-2.0", "cpu")
    assert [file["whole"] for file in puppet["files"]] == [True, True]
    own = next(one for one in found if one["name"] == "own")
    assert (own["available"], own["state"]) == (False, "file_missing")
    assert own["remedy"]
    assert make_api("renders:read").get(reverse("engine-list")).status_code == 403
