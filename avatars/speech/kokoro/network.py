"""The Kokoro network as it runs: the published one, rewritten so that it says the same in two thirds of the time."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from avatars.speech.audio.onnx import session

_DURATIONS = "/encoder/Clip_output_0"
_PITCH = "/encoder/F0_proj/Conv_output_0"
_FLIP = "signed/flip"
PITCH, RANGE = "pitch", "range"
"""Inputs of the rewritten network: shares by which the voice is higher and its melody wider."""

_VOICED = 40.0
"""Hertz; the network predicts about zero where the voice is silent."""

_FLIP_SINCE = 18
"""The version of ONNX that brought BitwiseXor."""


def prepared(weights: bytes) -> bytes:
    """The file of a network that also returns `durations`, in fewer processor seconds where this machine allows.

    Raises `ValueError` if the file is no network.
    """
    try:
        model = onnx.load_from_string(weights)
    except DecodeError as error:
        raise ValueError("not an ONNX file") from error
    tell_durations(model.graph)
    bend_pitch(model.graph)
    has_flip = any(opset.domain == "" and opset.version >= _FLIP_SINCE for opset in model.opset_import)
    if has_flip and multiplies_exactly():
        sign_convolutions(model.graph)
    return bytes(model.SerializeToString())


def tell_durations(graph: GraphProto) -> None:
    """Make the predicted durations, one for each symbol and both ends, an output."""
    graph.node.append(helper.make_node("Identity", [_DURATIONS], ["duration"], "durations"))
    graph.output.append(helper.make_tensor_value_info("duration", TensorProto.FLOAT, None))


def bend_pitch(graph: GraphProto) -> None:
    """Make the predicted pitch a matter of two inputs: with zeros, it stays to the last bit.

    Only voiced frames move: away from their mean by a share of their distance, and up by a share of themselves.
    """
    nodes = list(graph.node)
    at = next((number for number, node in enumerate(nodes) if _PITCH in node.output), None)
    if at is None:
        return
    for node in nodes[at + 1 :]:
        node.input[:] = [f"{_PITCH}/bent" if name == _PITCH else name for name in node.input]
    graph.initializer.append(numpy_helper.from_array(np.array(_VOICED, np.float32), "melody/voiced"))
    graph.initializer.append(numpy_helper.from_array(np.array(1, np.float32), "melody/one"))
    for name in (PITCH, RANGE):
        graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]))
    steps: list[tuple[str, list[str], str]] = [
        ("Greater", [_PITCH, "melody/voiced"], "is_voiced"),
        ("Mul", ["melody/mask", _PITCH], "voice"),
        ("ReduceSum", ["melody/voice"], "sum"),
        ("ReduceSum", ["melody/mask"], "frames"),
        ("Max", ["melody/frames", "melody/one"], "count"),
        ("Div", ["melody/sum", "melody/count"], "mean"),
        ("Sub", [_PITCH, "melody/mean"], "distance"),
        ("Mul", ["melody/distance", RANGE], "wider"),
        ("Mul", [_PITCH, PITCH], "higher"),
        ("Add", ["melody/wider", "melody/higher"], "change"),
        ("Mul", ["melody/mask", "melody/change"], "voiced_change"),
    ]
    bent = [helper.make_node(kind, inputs, [f"melody/{name}"]) for kind, inputs, name in steps]
    bent.insert(1, helper.make_node("Cast", ["melody/is_voiced"], ["melody/mask"], to=TensorProto.FLOAT))
    bent.append(helper.make_node("Add", [_PITCH, "melody/voiced_change"], [f"{_PITCH}/bent"]))
    _replace(graph, [*nodes[: at + 1], *bent, *nodes[at + 1 :]])


def sign_convolutions(graph: GraphProto) -> None:
    """Give convolutions of bytes signed inputs: the same whole numbers come out, and processors with VNNI are faster.

    x and its zero point both become 128 less. For unsigned weights and signed inputs onnxruntime has VPDPBUSD, which
    adds four products at once; for unsigned inputs it first makes them sixteen bits wide.
    """
    quantised = {name for node in graph.node if node.op_type == "DynamicQuantizeLinear" for name in node.output}
    nodes: list[NodeProto] = []
    signed: set[str] = set()
    for node in graph.node:
        inputs = [node.input[0], *node.input[2:3]] if node.op_type == "ConvInteger" else []
        if len(inputs) == 2 and quantised.issuperset(inputs):
            for name in inputs:
                nodes += _signed(name) if name not in signed else []
                signed.add(name)
            node.input[0], node.input[2] = (f"{name}/signed" for name in inputs)
        nodes.append(node)
    if signed:
        graph.initializer.append(numpy_helper.from_array(np.array(128, np.uint8), _FLIP))
        _replace(graph, nodes)


def _signed(name: str) -> list[NodeProto]:
    """Nodes that make of an unsigned byte one that is 128 less."""
    flipped = helper.make_node("BitwiseXor", [name, _FLIP], [f"{name}/flipped"])
    return [flipped, helper.make_node("Cast", [f"{name}/flipped"], [f"{name}/signed"], to=TensorProto.INT8)]


def _replace(graph: GraphProto, nodes: Sequence[NodeProto]) -> None:
    kept = [NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(kept)


@cache
def multiplies_exactly() -> bool:
    """Whether onnxruntime multiplies unsigned by signed bytes here without an overflow.

    Where a processor has no VNNI, it adds pairs of products in sixteen bits, which is too few for full bytes.
    """
    weights = np.full((16, 64, 3), 255, np.uint8)
    inputs = np.full((1, 64, 32), -128, np.int8)
    node = helper.make_node("ConvInteger", ["x", "w"], ["y"])
    given = helper.make_tensor_value_info("x", TensorProto.INT8, inputs.shape)
    output = helper.make_tensor_value_info("y", TensorProto.INT32, None)
    graph = helper.make_graph([node], "probe", [given], [output], [numpy_helper.from_array(weights, "w")])
    probe = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (sums,) = session(probe.SerializeToString(), threads=1).run(None, {"x": inputs})
    return bool((sums == -128 * 255 * 64 * 3).all())
