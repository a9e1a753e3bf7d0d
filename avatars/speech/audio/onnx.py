"""Networks of speech in onnxruntime, on the processor; heavy to import."""

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as state

ERRORS: tuple[type[Exception], ...] = (
    *(state.EPFail, state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf, state.NoModel),
    *(state.NoSuchFile, state.NotImplemented, state.RuntimeException),
    ValueError,
)
"""Errors for a file that is no network, that cannot be run, or (`ValueError`) that wants other inputs."""

UNREADABLE: tuple[type[Exception], ...] = (*ERRORS, OSError, LookupError, TypeError, AttributeError)
"""The same, and the errors of a faulty description beside a network."""


def session(model: bytes | str, *, threads: int) -> onnxruntime.InferenceSession:
    """A network in memory, of its bytes or by its path. Raises `ERRORS`."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Waiting threads would take the processor from threads that have work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
