"""MuseTalk, LatentSync and SadTalker against servers that speak the wire format of the real ones."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from avatars.adapters.availability import State
from avatars.engines.base import Shot
from avatars.engines.neural.latentsync import LatentSync
from avatars.engines.neural.musetalk import MuseTalk
from avatars.engines.neural.sadtalker import SadTalker
from avatars.exceptions import EngineFailed, EngineMissing
from avatars.media import mp4
from tests.avatars.engines.neural.model_servers import LATENTSYNC, MUSETALK, SADTALKER, Cog, Gradio
from tests.avatars.support.engine_servers import CODES, FAULTS, serving
from tests.avatars.support.fake_engines import Tone
from tests.support.paths import PHOTOGRAPH

LIMIT = 60
HASTE, PATIENCE = 0.3, 2.0
MOUTH = (slice(150, 168), slice(104, 140))


MODELS = {
    "musetalk-gradio5": (MuseTalk, lambda: Gradio(MUSETALK), {}),
    "musetalk-gradio6": (MuseTalk, lambda: Gradio(MUSETALK, "6.31.0"), {}),
    "latentsync-gradio5": (LatentSync, lambda: Gradio(LATENTSYNC), {"licensed": True}),
    "latentsync-cog": (LatentSync, lambda: Cog("latentsync"), {"licensed": True, "api": "cog"}),
    "sadtalker-gradio3": (SadTalker, lambda: Gradio(SADTALKER, "3.50.2"), {"licensed": True}),
    "sadtalker-gradio4": (SadTalker, lambda: Gradio(SADTALKER, "4.44.1"), {"licensed": True}),
    "sadtalker-cog": (SadTalker, lambda: Cog("sadtalker"), {"licensed": True, "api": "cog"}),
}
# One model is enough to see what goes wrong between us and each kind of server.
QUEUED = ["sadtalker-gradio4"]
OF_THE_SUITE = {"musetalk-gradio5", "latentsync-cog", "sadtalker-gradio3"}
SERVERS = ["sadtalker-gradio3", *QUEUED, "sadtalker-cog"]


@pytest.fixture(scope="module")
def portrait():
    return np.asarray(Image.open(PHOTOGRAPH).convert("RGB").resize((240, 288)))


@pytest.fixture
def shot(portrait, tmp_path):
    return Shot(portrait=portrait, speech=Tone().speak("你好", voice="a"), folder=tmp_path, fps=20, origin="a" * 64)


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """Options of engines that paint on the puppet's video: it measures the portrait once for all of them."""
    return {"puppet": {"cache": tmp_path_factory.mktemp("rigs")}}


@pytest.fixture
def served(request, driven):
    """A server of that name; `make` makes the engine for it."""
    kind, network, options = MODELS[request.param]
    if kind is not SadTalker:
        options = {**options, **driven}
    with serving(network()) as server:
        server.make = lambda **more: kind(**{"url": server.url, "time_limit": LIMIT, **options, **more})
        server.network = server.answer
        yield server


def on(names):
    return pytest.mark.parametrize("served", names, indirect=True)


def error_of(engine, shot):
    with pytest.raises(EngineFailed) as caught:
        list(engine.animate(shot))
    assert caught.value.field == "render_engine"
    assert caught.value.remedy
    return caught.value


# Each model once; each kind of server once with one of them.
@on([name if name in OF_THE_SUITE else pytest.param(name, marks=pytest.mark.thorough) for name in MODELS])
def test_its_video_becomes_the_frames_that_were_asked_for(served, shot):
    heard = []
    frames = [frame.copy() for frame in served.make().animate(replace(shot, waiting=heard.append))]
    assert len(frames) == shot.frame_count
    assert {frame.shape for frame in frames} == {shot.portrait.shape}
    red = np.stack(frames)[10:, *MOUTH].astype(int).mean(axis=(1, 2))
    assert (red[:, 0] > 200).all()
    assert (red[:, 1] < 60).all()
    assert heard == sorted(heard)


@on(SERVERS)
@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("memory", "server_memory"),
        ("faceless", "engine_refused"),
        ("garbage", "engine_output"),
        ("short", "engine_output"),
        ("square", "engine_output"),
    ],
)
def test_what_its_model_does_wrong_has_a_code_and_a_remedy(served, shot, trouble, code):
    served.network.trouble = trouble
    assert error_of(served.make(), shot).code == code


@on(SERVERS)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_its_server_does_wrong_has_a_code(served, shot, fault):
    served.fault = fault
    limit = HASTE if fault == "hang" else LIMIT
    assert error_of(served.make(time_limit=limit), shot).code == CODES[fault]


@on(["sadtalker-gradio4", "sadtalker-cog"])
def test_a_server_that_works_for_others_is_busy(served, shot):
    served.network.trouble = "full"
    assert error_of(served.make(), shot).code == "server_busy"


@on(["sadtalker-gradio4", "sadtalker-cog"])
def test_a_model_that_takes_too_long_is_told_to_stop(served, shot):
    served.network.trouble = "stuck"
    assert error_of(served.make(time_limit=PATIENCE), shot).code == "engine_timeout"
    assert served.network.cancelled.wait(LIMIT)


@on(QUEUED)
def test_a_model_that_fails_without_words_is_named_and_shows_none(served, shot):
    for trouble in ("secret", "stopped"):
        served.network.trouble = trouble
        error = error_of(served.make(), shot)
        assert error.code == "engine_failed"
        assert "log of that server" in error.remedy
        assert "secret" not in str(error)


@on(["sadtalker-gradio4"])
def test_a_page_that_shows_no_video_gave_none(served, shot):
    served.network.trouble = "nothing"
    assert error_of(served.make(), shot).code == "engine_output"


@on(["sadtalker-cog"])
def test_a_container_without_a_video_saw_no_face(served, shot):
    served.network.trouble = "nothing"
    assert error_of(served.make(), shot).code == "engine_refused"


@on(["sadtalker-cog"])
def test_an_output_on_another_server_is_not_fetched(served, shot):
    served.network.trouble = "elsewhere"
    assert error_of(served.make(), shot).code == "engine_output"


@on(["sadtalker-gradio3", "sadtalker-gradio4"])
def test_options_reach_the_page_by_their_labels(served, shot):
    list(served.make(pose_style=7, size=512, enhancer="gfpgan", batch_size=4).animate(shot))
    given = {label.partition(" (")[0]: value for label, value in served.network.given.items()}
    assert given == {
        "Pose style": 7,
        "face model resolution": 512,
        "preprocess": "full",
        "Still Mode": True,
        "batch size in generation": 4,
        "GFPGAN as Face enhancer": True,
    }


@on(["sadtalker-cog"])
def test_a_container_gets_only_inputs_that_it_knows(served, shot):
    served.network.names = tuple(name for name in served.network.names if name != "still")
    list(served.make(pose_style=7).animate(shot))
    assert set(served.network.given) == {"source_image", "driven_audio", "enhancer", "preprocess"}


def test_musetalk_and_latentsync_get_their_options(shot, driven):
    for kind, page, options, given in (
        (
            MuseTalk,
            MUSETALK,
            {"bbox_shift": -7, "extra_margin": 15, "parsing_mode": "raw", "left_cheek_width": 60},
            {
                "BBox_shift value, px": -7,
                "Extra Margin": 15,
                "Parsing Mode": "raw",
                "Left Cheek Width": 60,
                "Right Cheek Width": 90,
            },
        ),
        (
            LatentSync,
            LATENTSYNC,
            {"guidance_scale": 1.5, "inference_steps": 40, "licensed": True},
            {"Guidance Scale": 1.5, "Inference Steps": 40, "Random Seed": 5},
        ),
    ):
        with serving(Gradio(page)) as server:
            list(kind(url=server.url, time_limit=LIMIT, **driven, **options).animate(replace(shot, seed=5)))
        assert server.answer.given == given
        video = next(content for name, content in server.answer.files.items() if name.endswith(".mp4"))
        (shot.folder / "sent.mp4").write_bytes(video)
        sent = mp4.probe(shot.folder / "sent.mp4").video
        assert round(sent.fps) == 25, "MuseTalk counts so, whatever it is given"
        assert sent.seconds - shot.speech.seconds >= kind.tail_seconds - 0.01


def test_files_have_names_that_nobody_guesses_and_no_run_repeats(shot):
    with serving(Gradio(SADTALKER)) as server:
        for _ in range(2):
            list(SadTalker(url=server.url, licensed=True).animate(shot))
        names = [place.rpartition("/")[2].partition(".")[0] for place in server.answer.files]
    assert len(set(names)) == len(names) == 4
    assert all(len(name) >= 16 for name in names)


def test_a_page_with_a_password_is_signed_in_to(shot):
    with serving(Gradio(SADTALKER, login=("boss", "pw"))) as server:
        assert list(SadTalker(url=server.url, licensed=True, login="boss:pw").animate(shot))
        assert error_of(SadTalker(url=server.url, licensed=True), shot).code == "server_refused"


def test_a_token_goes_with_every_request(shot):
    for network, options in ((Gradio(SADTALKER), {}), (Cog("sadtalker"), {"api": "cog"})):
        with serving(network) as server:
            list(SadTalker(url=server.url, licensed=True, key="t0ken", **options).animate(shot))
            assert {headers["Authorization"] for _path, headers, _body in server.asked} == {"Bearer t0ken"}


def test_another_program_at_the_address_is_told_apart(shot):
    for network, options in ((Gradio(MUSETALK), {}), (Cog("latentsync"), {"api": "cog"})):
        with serving(network) as server:
            error = error_of(SadTalker(url=server.url, licensed=True, **options), shot)
        assert error.code == "server_interface"


def test_a_server_that_is_away_is_named(shot):
    engine = SadTalker(url="http://127.0.0.1:9", licensed=True)
    assert error_of(engine, shot).code == "server_silent"


@pytest.mark.parametrize("kind", [MuseTalk, LatentSync, SadTalker])
def test_what_it_lacks_is_said_before_anything_is_loaded(kind):
    name = kind.prefix
    assert kind.probe().about == f"{name}_URL"
    assert kind.probe(url="http://127.0.0.1:9", licensed=True, api="smoke").about == f"{name}_API"
    assert kind.probe(url="http://127.0.0.1:9", licensed=True).state is State.SILENT
    if kind.restricted:
        assert kind.probe(url="http://127.0.0.1:9").state is State.LICENCE
    with pytest.raises(EngineMissing, match=f"{name}_URL"):
        kind(url="")


def test_pictures_stay_in_the_network_unless_a_host_is_named():
    public = "https://93.184.216.34"
    probed = {"url": public, "licensed": True}
    assert SadTalker.probe(**probed).state is State.HOST
    with pytest.raises(EngineMissing, match="outside of your network"):
        SadTalker(**probed)
    assert SadTalker(**probed, public_hosts=["93.184.216.34"])
    assert (
        SadTalker.probe(**{**probed, "url": "http://93.184.216.34"}, public_hosts=["93.184.216.34"]).state is State.HOST
    )
    assert SadTalker.probe(**{**probed, "url": "http://169.254.169.254"}).state is State.HOST
