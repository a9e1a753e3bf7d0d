"""Wav2Lip: the published layout exactly, other files refused, a mouth on the puppet's frames.

The weights are random: the licence of the published ones forbids to ship them.
"""

import json
import re
import struct
from collections import Counter
from typing import Any

import numpy as np
import pytest
from PIL import Image

from avatars.adapters.availability import State
from avatars.engines.base import Shot
from avatars.engines.wav2lip import SMALLEST
from avatars.engines.wav2lip import Wav2Lip as Listed
from avatars.exceptions import EngineMissing, PortraitError
from tests.avatars.support.drawings import KeptPuppet
from tests.avatars.support.fake_engines import Tone
from tests.support.paths import PHOTOGRAPH


class Torch:
    """Imported by the worker that runs these tests, not by every one that collects them: it takes seconds.

    pytest asks everything in a module for private names while it looks for fixtures.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(pytest.importorskip("torch"), name)


torch: Any = Torch()

pytestmark = pytest.mark.gpu

# The layers of the published network, in the order of its checkpoint: name, inputs, outputs, size of the kernel.
LAYOUT = """
face_encoder_blocks.0.0 6 16 7    face_encoder_blocks.1.0 16 32 3   face_encoder_blocks.1.1 32 32 3
face_encoder_blocks.1.2 32 32 3   face_encoder_blocks.2.0 32 64 3   face_encoder_blocks.2.1 64 64 3
face_encoder_blocks.2.2 64 64 3   face_encoder_blocks.2.3 64 64 3   face_encoder_blocks.3.0 64 128 3
face_encoder_blocks.3.1 128 128 3 face_encoder_blocks.3.2 128 128 3 face_encoder_blocks.4.0 128 256 3
face_encoder_blocks.4.1 256 256 3 face_encoder_blocks.4.2 256 256 3 face_encoder_blocks.5.0 256 512 3
face_encoder_blocks.5.1 512 512 3 face_encoder_blocks.6.0 512 512 3 face_encoder_blocks.6.1 512 512 1
audio_encoder.0 1 32 3    audio_encoder.1 32 32 3    audio_encoder.2 32 32 3    audio_encoder.3 32 64 3
audio_encoder.4 64 64 3   audio_encoder.5 64 64 3    audio_encoder.6 64 128 3   audio_encoder.7 128 128 3
audio_encoder.8 128 128 3 audio_encoder.9 128 256 3  audio_encoder.10 256 256 3 audio_encoder.11 256 512 3
audio_encoder.12 512 512 1
face_decoder_blocks.0.0 512 512 1  face_decoder_blocks.1.0 1024 512 3 face_decoder_blocks.1.1 512 512 3
face_decoder_blocks.2.0 1024 512 3 face_decoder_blocks.2.1 512 512 3  face_decoder_blocks.2.2 512 512 3
face_decoder_blocks.3.0 768 384 3  face_decoder_blocks.3.1 384 384 3  face_decoder_blocks.3.2 384 384 3
face_decoder_blocks.4.0 512 256 3  face_decoder_blocks.4.1 256 256 3  face_decoder_blocks.4.2 256 256 3
face_decoder_blocks.5.0 320 128 3  face_decoder_blocks.5.1 128 128 3  face_decoder_blocks.5.2 128 128 3
face_decoder_blocks.6.0 160 64 3   face_decoder_blocks.6.1 64 64 3    face_decoder_blocks.6.2 64 64 3
output_block.0 80 32 3
"""


def layout():
    """Name → shape of every tensor of the published checkpoint."""
    shapes = {}
    for name, inputs, outputs, size in re.findall(r"(\S+) (\d+) (\d+) (\d+)", LAYOUT):
        i, o, k = int(inputs), int(outputs), int(size)
        turned = name.startswith("face_decoder_blocks") and name.endswith(".0") and not name.endswith("blocks.0.0")
        shapes[f"{name}.conv_block.0.weight"] = (i, o, k, k) if turned else (o, i, k, k)
        shapes |= {f"{name}.conv_block.{part}": (o,) for part in ("0.bias", "1.weight", "1.bias")}
        shapes |= {f"{name}.conv_block.1.running_{part}": (o,) for part in ("mean", "var")}
        shapes[f"{name}.conv_block.1.num_batches_tracked"] = ()
    return shapes | {"output_block.1.weight": (3, 32, 1, 1), "output_block.1.bias": (3,)}


@pytest.fixture(scope="module")
def state():
    """Random weights in the published layout, as small numbers that keep the network awake."""
    torch.manual_seed(1)
    found = {}
    for name, shape in layout().items():
        if name.endswith("tracked"):
            found[name] = torch.zeros((), dtype=torch.int64)
        elif name.endswith(("running_var", "1.weight")) and len(shape) == 1:
            found[name] = torch.ones(shape)
        else:
            found[name] = torch.randn(shape) * (0.5 / max(1, int(np.prod(shape[1:])))) ** 0.5
    return found


@pytest.fixture(scope="module")
def checkpoint(state, tmp_path_factory):
    """A file like the published one: by another's names, with the state of its training beside it."""
    path = tmp_path_factory.mktemp("weights") / "wav2lip_gan.pth"
    halves = {
        f"module.{name}": tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state.items()
    }
    torch.save({"state_dict": halves, "optimizer": None, "global_step": 7, "global_epoch": 1}, path)
    return path


@pytest.fixture(scope="module")
def engine(checkpoint):
    return Listed(weights=checkpoint, licensed=True, device="cpu", batch=3)


@pytest.fixture(scope="module")
def shot():
    small = np.asarray(Image.open(PHOTOGRAPH).convert("RGB").resize((240, 288)))
    return Shot(portrait=small, speech=Tone().speak("你", voice="a", speed=2), fps=10)


@pytest.fixture(scope="module")
def frames(engine, shot):
    return [frame.copy() for frame in engine.animate(shot)]


def refusal(path):
    with pytest.raises(EngineMissing) as caught:
        Listed(weights=path, licensed=True, device="cpu")
    assert caught.value.field == "render_engine"
    assert "OPENUSER_WAV2LIP_WEIGHTS" in caught.value.remedy
    return caught.value.message


def test_names_and_shapes_are_those_of_the_published_checkpoint():
    from avatars.engines.wav2lip.network import PARAMETERS, Wav2Lip

    network = Wav2Lip()
    assert {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()} == layout()
    assert list(network.state_dict()) == sorted(layout(), key=list(network.state_dict()).index)
    assert len(layout()) == 352
    assert sum(tensor.numel() for tensor in network.parameters()) == PARAMETERS == 36_298_035


def test_layers_step_as_the_published_ones_do():
    from avatars.engines.wav2lip.network import Layer, Wav2Lip

    network = Wav2Lip()
    sizes = []
    for block in network.face_encoder_blocks:
        block.register_forward_hook(lambda _block, _given, made: sizes.append(made.shape[-1]))
    with torch.inference_mode():
        assert network(torch.zeros(2, 1, 80, 16), torch.zeros(2, 6, 96, 96)).shape == (2, 3, 96, 96)
        assert network.audio_encoder(torch.zeros(2, 1, 80, 16)).shape == (2, 512, 1, 1)
    assert sizes == [96, 48, 24, 12, 6, 3, 1]
    kinds = Counter(module.same for module in network.modules() if isinstance(module, Layer))
    assert kinds == {True: 28, False: 22}


def test_folding_changes_nothing_that_is_seen(checkpoint, state):
    from avatars.engines.wav2lip import weights

    plain = weights.load(checkpoint).eval()
    mels, faces = torch.randn(2, 1, 80, 16), torch.rand(2, 6, 96, 96)
    with torch.inference_mode():
        before = plain(mels, faces)
        after = plain.fold()(mels, faces)
    assert before.std() > 0.01
    assert (before - after).abs().max() < 1e-4


def test_a_checkpoint_may_be_bare_or_safetensors(state, tmp_path, checkpoint):
    from avatars.engines.wav2lip import weights

    torch.save(state, tmp_path / "bare.pth")
    header, parts, length = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in state.items():
        parts.append(tensor.numpy().tobytes())
        kind = "I64" if tensor.dtype == torch.int64 else "F32"
        end = length + len(parts[-1])
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [length, end]}
        length = end
    text = json.dumps(header).encode()
    (tmp_path / "safe.safetensors").write_bytes(b"".join([struct.pack("<Q", len(text)), text, *parts]))
    bare, safe = (weights.load(tmp_path / name).state_dict() for name in ("bare.pth", "safe.safetensors"))
    assert all(torch.equal(bare[name], safe[name]) for name in bare)
    assert all(torch.equal(bare[name], state[name]) for name in bare)


def test_other_files_are_refused_in_words(state, tmp_path):
    path = tmp_path / "wrong.pth"
    path.write_bytes(b"<!DOCTYPE html><html>quota exceeded</html>" * 100)
    assert "web page" in refusal(path)
    torch.save({name: tensor for name, tensor in state.items() if not name.startswith("output")}, path)
    assert "lacks 9 of 352 tensors, such as output_block.0.conv_block.0.weight" in refusal(path)
    torch.save({**state, "face_encoder_blocks.7.0.conv_block.0.weight": torch.zeros(1)}, path)
    assert "unknown, such as face_encoder_blocks.7" in refusal(path)
    torch.save({**state, "face_encoder_blocks.0.0.conv_block.0.weight": torch.zeros(32, 6, 7, 7)}, path)
    assert "is (32, 6, 7, 7) and should be (16, 6, 7, 7)" in refusal(path)
    path.write_bytes(path.read_bytes()[: 2**20])
    assert "broke off" in refusal(path)
    torch.save([1, 2], path)
    assert "no tensors" in refusal(path)
    assert "no file" in refusal(tmp_path / "none.pth")


def test_nothing_in_a_checkpoint_is_run(tmp_path):
    import pickle

    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "broken-in"), "w"))

    for save in (
        lambda path: torch.save({"state_dict": Evil()}, path),
        lambda path: path.write_bytes(pickle.dumps(Evil())),
    ):
        save(tmp_path / "evil.pth")
        refusal(tmp_path / "evil.pth")
    assert not (tmp_path / "broken-in").exists()


@pytest.mark.thorough
def test_only_the_mouth_is_the_networks_and_the_rest_the_puppets(frames, shot):
    from dataclasses import replace

    silent = replace(shot, speech=replace(shot.speech, sounds=()))
    assert len(frames) == shot.frame_count
    for frame, still in zip(frames, KeptPuppet(device="cpu").animate(silent), strict=True):
        changed = np.abs(frame.astype(int) - still).max(axis=2)
        rows, columns = np.nonzero(changed > 8)
        assert len(rows) > 200, "there is another mouth"
        assert (rows.min() > 0.3 * 288, columns.min() > 48, columns.max() < 192) == (True, True, True)
        assert (changed[: int(0.3 * 288)] == 0).all(), "eyes and hair are to the bit the puppet's"
        edge = changed[rows.min() - 2 : rows.min() + 1]
        assert edge.max() < 40, "the edge is soft"


@pytest.mark.thorough
def test_the_same_shot_gives_the_same_frames_whatever_the_batch(checkpoint, frames, shot):
    other = Listed(weights=checkpoint, licensed=True, device="cpu", batch=8)
    for one, two in zip(frames, other.animate(shot), strict=True):
        assert np.abs(one.astype(int) - two).max() <= 1


def test_a_card_that_is_full_gets_half_as_many_at_once(engine, shot, frames, monkeypatch):
    network, most = engine._network, []

    def full(mels, faces):
        if len(mels) > 1:
            raise torch.OutOfMemoryError
        most.append(len(mels))
        return network(mels, faces)

    engine._network = full
    again = list(engine.animate(shot))
    engine._network = network
    assert set(most) == {1}
    assert max(np.abs(one.astype(int) - two).max() for one, two in zip(frames, again, strict=True)) <= 1


def test_a_portrait_without_a_face_is_refused_before_any_frame(engine, shot):
    from dataclasses import replace

    with pytest.raises(PortraitError):
        engine.animate(replace(shot, portrait=np.full((240, 240, 3), 120, np.uint8)))


def test_the_spectrum_has_the_scale_and_steps_of_the_training():
    from avatars.engines.wav2lip.spectrum import spectrum, windows

    silence = spectrum(np.zeros(16_000, np.float32))
    assert silence.shape == (80, 81)
    assert (silence == -4).all()
    times = np.arange(16_000) / 16_000
    for hertz, band in ((250, 4), (1_000, 26), (4_000, 63)):
        tone = spectrum(np.sin(2 * np.pi * hertz * times).astype(np.float32) * 0.5)
        assert abs(int(tone[:, 40].argmax()) - band) <= 1, hertz
        assert 0 < tone.max() <= 4
    heard = windows(np.random.default_rng(1).standard_normal(24_000).astype(np.float32) * 0.1, 24_000, 30, 25)
    assert heard.shape == (30, 80, 16)
    assert (heard[-1] == heard[-2]).all(), "the last window ends where the sound does"
    assert (heard[1][:, :-3] == heard[0][:, 3:]).all(), "25 frames a second are 3.2 steps each"


def test_what_it_lacks_is_said_before_anything_is_loaded(tmp_path, checkpoint):
    assert Listed.probe().about == "OPENUSER_WAV2LIP_WEIGHTS"
    assert Listed.probe(weights=tmp_path / "none").state is State.FILE
    (tmp_path / "half.pth").write_bytes(b"PK")
    assert Listed.probe(weights=tmp_path / "half.pth").state is State.DAMAGED
    assert Listed.probe(weights=checkpoint).about == "OPENUSER_WAV2LIP_LICENSED"
    assert Listed.probe(weights=checkpoint, licensed=True).ok
    assert checkpoint.stat().st_size > SMALLEST
    with pytest.raises(EngineMissing, match="OPENUSER_WAV2LIP_LICENSED"):
        Listed(weights=checkpoint)
