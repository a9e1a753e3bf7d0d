"""One contract for all render engines; an engine that hangs, refuses or returns rubbish never blocks the queue."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatars.ai_label import video_label
from avatars.conformance import render as conformance
from avatars.engines.base import Shot
from avatars.engines.duix import Duix
from avatars.engines.neural.latentsync import LatentSync
from avatars.engines.neural.musetalk import MuseTalk
from avatars.engines.neural.sadtalker import SadTalker
from avatars.models import EngineFailure
from avatars.studio.interactive import close_interactive_studio
from avatars.studio.studio import studio
from tests.avatars.engines.neural.model_servers import MUSETALK, SADTALKER, Cog, Gradio
from tests.avatars.engines.test_command import make_engine as make_command
from tests.avatars.engines.test_duix import Service
from tests.avatars.support import speech_samples
from tests.avatars.support.drawings import KeptPuppet
from tests.avatars.support.engine_servers import serving
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.rendering import after, request, video_of
from tests.support.paths import PHOTOGRAPH

SPOKEN = {"openai": "alloy", "cosyvoice": "中文女", "gpt_sovits": "ya"}
MORE_VOICES = ("cosyvoice", "gpt_sovits")
WORDS = {"hang": "请等一等。", "refuse": "这样不行。", "garbage": "乱七八糟。"}
HASTY = {"hang": "-hasty"}  # the engine that hardly waits; others have all the time that a busy machine takes
FAULTS = {"hang": "engine_timeout", "refuse": "server_refused", "garbage": "engine_output"}


# What serves each of these networks, and the options of its engine.
NETWORKS = {
    "musetalk": (MuseTalk, Gradio(MUSETALK), {}),
    "latentsync": (LatentSync, Cog("latentsync"), {"api": "cog", "licensed": True}),
    "sadtalker": (SadTalker, Gradio(SADTALKER), {"licensed": True}),
}


# Ours, and one of each way to reach another's: a program, a server.
OF_THE_SUITE = ["puppet", "command", "duix"]
OTHERS = [pytest.param(name, marks=pytest.mark.thorough) for name in ("light", *NETWORKS)]


@pytest.fixture(scope="module", params=[*OF_THE_SUITE, *OTHERS])
def engine(request, tmp_path_factory):
    if request.param in NETWORKS:
        kind, network, options = NETWORKS[request.param]
        with serving(network) as server:
            yield kind(url=server.url, **options)
        return
    folder = tmp_path_factory.mktemp("shared")
    if request.param == "duix":
        with serving(Service(folder)) as server:
            yield Duix(url=server.url, shared=folder, licensed=True, every=0.01)
        return
    yield {"puppet": lambda: KeptPuppet(device="cpu"), "command": make_command, "light": Light}[request.param]()


@pytest.fixture(scope="module")
def shot():
    small = np.asarray(Image.open(PHOTOGRAPH).convert("RGB").resize((200, 240)))
    return Shot(portrait=small, speech=Tone().speak("你", voice="a", speed=2), fps=20)


@pytest.fixture(scope="module")
def stage(engine, shot):
    """The shot is rendered once for all checks, and once more for the one that compares."""
    return conformance.Studio(engine, shot)


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.key)
def test_it_does_what_is_demanded_of_whatever_animates(stage, check):
    check.test(stage)


class Everything:
    """Every server at one address."""

    def __init__(self, shared):
        self.duix, self.sadtalker = Service(shared), Gradio(SADTALKER)

    def __call__(self, path, headers, body, query):
        speaker = {"/v1/audio/speech": speech_samples.openai, "/tts": speech_samples.gpt_sovits}.get(path)
        if path.startswith("/inference"):
            speaker = speech_samples.cosyvoice
        if path.startswith(("/config", "/gradio_api")):
            speaker = self.sadtalker
        return (speaker or self.duix)(path, headers, body, query)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The servers, and a studio that knows them."""
    folder = tmp_path_factory.mktemp("plugged")
    studio().close()
    close_interactive_studio()
    with serving(Everything(folder)) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_SETTINGS_MODULE", "tests.avatars.support.external_engine_settings")
        patch.setenv("PLUGGED_URL", server.url)
        patch.setenv("PLUGGED_FOLDER", str(folder))
        server.folder = folder
        yield server
    studio().close()
    close_interactive_studio()


@pytest.fixture
def plugged(server, settings):
    server.fault = ""
    server.answer.duix.asked = 0
    settings.RENDER_FALLBACK, settings.SPEECH_FALLBACK, settings.SPEECH_FALLBACK_VOICE = "light", "tone", "a"
    yield server
    server.fault = ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["openai", *(pytest.param(name, marks=pytest.mark.thorough) for name in MORE_VOICES)])
def test_a_voice_over_http_speaks_in_a_video(plugged, name):
    render = after(request(speech=name, voice=SPOKEN[name]))
    assert (render.status, render.speech_engine_used, render.notes) == ("done", name, [])
    video_label.verify(video_of(render), render.content_id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "fault", "code"),
    [
        # Each server and each fault once.
        pytest.param(name, fault, code, marks=[] if server == number else pytest.mark.thorough)
        for server, name in enumerate(SPOKEN)
        for number, (fault, code) in enumerate(FAULTS.items())
    ],
)
def test_another_speaks_in_the_same_attempt_where_a_server_misbehaves(plugged, name, fault, code):
    plugged.fault = fault
    engine = name + HASTY.get(fault, "")
    # New words: cached ones would not ask the engine.
    render = after(request(WORDS[fault], speech=engine, voice=SPOKEN[name]))
    assert (render.status, render.attempts, render.speech_engine_used) == ("done", 1, "tone")
    assert render.notes == [f"speech:{engine}:{code}"]
    assert EngineFailure.objects.get().reason == code
    video_label.verify(video_of(render), render.content_id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["command", "duix", pytest.param("sadtalker", marks=pytest.mark.thorough)])
def test_an_engine_outside_of_us_animates_and_its_video_is_labelled(plugged, name):
    render = after(request("你", engine=name))
    assert (render.status, render.engine_used, render.notes) == ("done", name, [])
    video_label.verify(video_of(render), render.content_id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "fault", "code"),
    [
        # Each server, the command, and each fault.
        ("duix-hasty", "hang", "engine_timeout"),
        ("sadtalker", "garbage", "engine_output"),
        ("command-refuse", "", "engine_refused"),
        *(
            pytest.param(*case, marks=pytest.mark.thorough)
            for case in (
                ("duix", "refuse", "server_refused"),
                ("duix", "garbage", "engine_output"),
                ("sadtalker-hasty", "hang", "engine_timeout"),
                ("sadtalker", "refuse", "server_refused"),
                ("command-hang", "", "engine_timeout"),
                ("command-garbage", "", "engine_output"),
            )
        ),
    ],
)
def test_another_animates_in_the_same_attempt_where_one_misbehaves(plugged, name, fault, code):
    plugged.fault = fault
    render = after(request("你", engine=name))
    assert (render.status, render.attempts, render.engine_used) == ("done", 1, "light")
    assert render.notes == [f"render:{name}:{code}"]
    assert EngineFailure.objects.get().reason == code
    assert not list(Path(plugged.folder).glob("*.mp4"))
