"""Duix over HTTP: a small real server with its contract and its known faults."""

import json
import os
from dataclasses import replace

import ffmpeg as graph
import numpy as np
import pytest
from PIL import Image

from avatars.adapters.availability import State
from avatars.engines import driving_video
from avatars.engines.base import Shot
from avatars.engines.duix import Duix
from avatars.exceptions import EngineFailed, EngineMissing
from avatars.media import ffmpeg, mp4
from tests.avatars.support.engine_servers import as_json, serving
from tests.avatars.support.fake_engines import Tone
from tests.support.paths import PHOTOGRAPH


class Service:
    """face2face: takes an order, is asked for it, and leaves a video: here the same one with a red mouth."""

    def __init__(self, shared):
        self.shared, self.orders, self.trouble, self.asked = shared, {}, "", 0
        self.seen = {}

    def __call__(self, path, headers, body, query):
        if path == "/easy/submit":
            order = json.loads(body)
            if self.trouble == "busy":
                return as_json({"code": 10001, "success": False, "msg": "忙碌中"})
            self.orders[order["code"]] = order
            return as_json({"code": 10000, "success": True, "data": {}})
        self.asked += 1
        code = query["code"]
        if self.trouble == "failed":
            return as_json({"code": 10000, "data": {"status": 3, "msg": "format video error"}})
        if self.trouble == "forgotten":
            return as_json({"code": 10004, "msg": "no such task"})
        if self.trouble == "stuck" or self.asked < 3:
            return as_json({"code": 10000, "data": {"status": 1, "progress": 20 * self.asked, "msg": "…"}})
        return as_json({"code": 10000, "data": {"status": 2, "progress": 100, "result": self.made(code)}})

    def made(self, code):
        order = self.orders[code]
        places = [self.shared / os.path.relpath(order[name], "/code/data") for name in ("video_url", "audio_url")]
        self.seen = {"video": mp4.probe(places[0]).video, "sound": places[1].read_bytes()[:44]}
        result = self.shared / f"{code}-r.mp4"
        if self.trouble == "garbage":
            result.write_bytes(b"<html>")
        else:
            seconds = {"t": 0.3} if self.trouble == "short" else {}
            box = graph.input(str(places[0])).filter(
                "drawbox", x="iw*0.4", y="ih*0.5", w="iw*0.2", h="ih*0.1", color="red", t="fill"
            )
            ffmpeg.run(graph.output(box, str(result), vcodec="libx264", pix_fmt="yuv420p", **seconds))
        return {"outside": "/code/data/../../etc/hostname", "nowhere": "/code/data/none.mp4"}.get(
            self.trouble, f"/{code}-r.mp4"
        )


@pytest.fixture(scope="module")
def rigs(tmp_path_factory):
    """The portrait is measured once for all engines, as the cache of an installation has it."""
    return tmp_path_factory.mktemp("rigs")


@pytest.fixture
def service(tmp_path, rigs):
    shared = tmp_path / "shared"
    shared.mkdir()
    service = Service(shared)
    service.rigs = rigs
    return service


@pytest.fixture
def server(service):
    with serving(service) as server:
        yield server


@pytest.fixture(scope="module")
def shot():
    small = np.asarray(Image.open(PHOTOGRAPH).convert("RGB").resize((240, 288)))
    return Shot(portrait=small, speech=Tone().speak("你好", voice="a"), origin="a" * 64)


def make_engine(server, service, **options):
    usual = {"url": server.url, "shared": service.shared, "licensed": True, "every": 0.01, "time_limit": 30}
    return Duix(**{**usual, "puppet": {"cache": service.rigs}, **options})


def fail(engine, shot):
    with pytest.raises(EngineFailed) as caught:
        list(engine.animate(shot))
    assert caught.value.field == "render_engine"
    assert caught.value.remedy
    return caught.value.code


def test_its_video_becomes_frames_and_nothing_stays_in_the_shared_folder(server, service, shot):
    heard = []
    frames = [frame.copy() for frame in make_engine(server, service).animate(replace(shot, waiting=heard.append))]
    assert len(frames) == shot.frame_count
    assert {frame.shape for frame in frames} == {shot.portrait.shape}
    red = np.stack(frames)[:, 150:168, 104:140].astype(int).mean(axis=(1, 2))
    assert (red[:, 0] > 200).all()
    assert (red[:, 1] < 60).all()
    assert os.listdir(service.shared) == []
    assert heard == sorted(heard)
    assert any(0.2 < share < 0.9 for share in heard)


def test_it_gets_what_its_contract_says(server, service, shot):
    list(make_engine(server, service).animate(shot))
    order = next(iter(service.orders.values()))
    assert {name: order[name] for name in ("chaofen", "watermark_switch", "pn")} == {
        "chaofen": 0,
        "watermark_switch": 0,
        "pn": 1,
    }
    assert order["video_url"] == f"/code/data/{order['code']}.mp4"
    video, sound = service.seen["video"], service.seen["sound"]
    assert (video.codec, video.samples, video.width, video.height) == ("h264", shot.frame_count, 240, 288)
    assert int.from_bytes(sound[24:28], "little") == 16_000
    assert (sound[22], sound[34]) == (1, 16), "mono, 16 bits"


def test_the_face_that_it_gets_moves_with_a_closed_mouth(rigs, shot, tmp_path):
    from avatars.engines.puppet import Puppet
    from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP

    puppet = Puppet(cache=rigs)
    driving_video.write(puppet, shot, tmp_path / "face.mp4", lambda _share: None)
    gaps = []
    for frame in ffmpeg.frames(tmp_path / "face.mp4", (240, 288)):
        face = puppet._mesh.find(frame)[0]
        gaps.append(np.linalg.norm(face.points[LIP_TOP] - face.points[LIP_BOTTOM]) / face.eye_distance)
    assert len(gaps) == shot.frame_count
    assert max(gaps) < 0.05


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("busy", "engine_refused"),
        ("failed", "engine_failed"),
        ("forgotten", "engine_failed"),
        pytest.param("garbage", "engine_output", marks=pytest.mark.thorough),
        ("short", "engine_output"),
        pytest.param("outside", "engine_output", marks=pytest.mark.thorough),
        pytest.param("nowhere", "engine_output", marks=pytest.mark.thorough),
    ],
)
def test_what_it_does_wrong_has_a_code_and_leaves_nothing_of_ours(server, service, shot, trouble, code):
    service.trouble = trouble
    assert fail(make_engine(server, service), shot) == code
    assert [name for name in os.listdir(service.shared) if "-r" not in name] == []


def test_one_that_is_stuck_meets_our_own_limit(server, service, shot):
    service.trouble = "stuck"
    assert fail(make_engine(server, service, time_limit=0.2), shot) == "engine_timeout"
    assert service.asked > 1


def test_a_server_that_went_away_is_named(server, service, shot):
    engine = make_engine(server, service)
    server.fault = "broken"
    assert fail(engine, shot) == "server_broken"


def test_what_it_lacks_is_said_before_anything_is_loaded(server, service):
    shared = service.shared
    assert Duix.probe().about == "OPENUSER_DUIX_URL"
    assert Duix.probe(url=server.url, shared=shared / "none").about == "OPENUSER_DUIX_SHARED"
    assert Duix.probe(url=server.url, shared=shared).state is State.LICENCE
    assert Duix.probe(url=server.url, shared=shared, licensed=True).ok
    assert Duix.probe(url="http://127.0.0.1:9", shared=shared, licensed=True).state is State.SILENT
    with pytest.raises(EngineMissing, match="OPENUSER_DUIX_LICENSED"):
        Duix(url=server.url, shared=shared)
