"""A checkpoint, read without running anything that is in it, and refused in words where it is another network's."""

import json
import pickle
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from avatars.engines.wav2lip.network import Wav2Lip
from avatars.exceptions import EngineMissing

PREFIX = "module."
KINDS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
LARGEST_HEADER = 10_000_000  # bytes: the file says how long its header is, and must not have us read all of it


def load(path: Path) -> Wav2Lip:
    """The network with the weights of a .pth or .safetensors file, in fp32 on the CPU. Raises `EngineMissing`."""
    state = _state(path)
    network = Wav2Lip()
    wanted = network.state_dict()
    if differences := difference(state, wanted):
        raise _unfit(f"{path.name} is no checkpoint of Wav2Lip with 96 pixels: {differences}.")
    network.load_state_dict({name: tensor.to(wanted[name].dtype) for name, tensor in state.items()}, strict=True)
    return network


def difference(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> str:
    """The differences of a checkpoint from the wanted tensors, with the first example; "" where it fits."""
    missing = [name for name in wanted if name not in state]
    unknown = [name for name in state if name not in wanted]
    if missing or unknown:
        lacks = f"it lacks {len(missing)} of {len(wanted)} tensors, such as {missing[0]}" if missing else ""
        has = f"it has {len(unknown)} that are unknown, such as {unknown[0][:80]}" if unknown else ""
        return " and ".join(filter(None, (lacks, has)))
    for name, tensor in wanted.items():
        if state[name].shape != tensor.shape:
            return f"{name} is {tuple(state[name].shape)} and should be {tuple(tensor.shape)}"
    return ""


def _state(path: Path) -> dict[str, Tensor]:
    try:
        with path.open("rb") as file:
            beginning = file.read(16)
        if beginning.lstrip()[:1] == b"<":
            raise _unfit(f"{path.name} is a web page: the download failed.")
        state: Any = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    except OSError as error:
        raise _unfit(f"There is no file {path}.") from error
    except (RuntimeError, ValueError, KeyError, EOFError, pickle.UnpicklingError, struct.error) as error:
        raise _unfit(f"{path.name} cannot be read: its download broke off, or it is no checkpoint.") from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise _unfit(f"{path.name} holds no tensors by name.")
    return {str(name).removeprefix(PREFIX): tensor for name, tensor in state.items()}


def _pickled(path: Path) -> Any:
    with warnings.catch_warnings():
        # It warns about another version of pickle, which does not matter here.
        warnings.simplefilter("ignore")
        return torch.load(path, map_location="cpu", weights_only=True)


def _safetensors(path: Path) -> dict[str, Tensor]:
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    if length > LARGEST_HEADER:
        raise ValueError("Its header is too long.")
    held = bytearray(data[8 + length :])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            tensors[name] = torch.frombuffer(held[start:end], dtype=KINDS[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def _unfit(message: str) -> EngineMissing:
    return EngineMissing(
        message,
        code="engine_unavailable",
        remedy="Name the published wav2lip.pth or wav2lip_gan.pth in OPENUSER_WAV2LIP_WEIGHTS.",
        field="render_engine",
    )
