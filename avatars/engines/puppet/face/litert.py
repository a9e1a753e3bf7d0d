"""Vendored models and LiteRT, which runs them on the CPU."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatars.exceptions import EngineMissing

REMEDY = "Run `python3 manage.py up` once more; it installs what is missing."


def interpreter(model: bytes) -> Any:
    """A LiteRT interpreter on one thread, ready to run. Raises `EngineMissing` where LiteRT is not installed."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise EngineMissing(
            "The package ai-edge-litert is not installed.", code="package_missing", remedy=REMEDY
        ) from error
    made = Interpreter(model_content=model, num_threads=1)
    made.allocate_tensors()
    return made


def run(model: Any, values: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Outputs of a model by name."""
    model.set_tensor(model.get_input_details()[0]["index"], values)
    model.invoke()
    return {detail["name"]: model.get_tensor(detail["index"]) for detail in model.get_output_details()}


def read_model(path: Path) -> bytes:
    """The bytes of a vendored model. Raises `EngineMissing` where the file is absent."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineMissing(f"The model file {path.name} is absent.", code="model_missing", remedy=REMEDY) from error
