"""The rewritten network says what the published one says."""

from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, TensorProto, helper, numpy_helper

from avatars.speech.audio.onnx import session
from avatars.speech.kokoro import network
from avatars.speech.kokoro.kokoro_voices import Voices
from avatars.speech.kokoro.model import Model

CHANGES = np.random.default_rng(7)


def ran(graph: GraphProto, sound: NDArray[np.float32]) -> list[NDArray[Any]]:
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    outputs: list[NDArray[Any]] = session(whole.SerializeToString(), threads=1).run(None, {"x": sound})
    return outputs


def convolution(weights: NDArray[np.uint8]) -> GraphProto:
    """Quantised as the published network is: x in bytes by its range, two convolutions of it."""
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["bytes", "scale", "zero"]),
        helper.make_node("ConvInteger", ["bytes", "w", "zero", "w_zero"], ["y"], pads=[10, 10], dilations=[2]),
        helper.make_node("ConvInteger", ["bytes", "w", "zero", "w_zero"], ["z"], strides=[2]),
    ]
    constants = [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.array(117, np.uint8), "w_zero")]
    outputs = [helper.make_tensor_value_info(name, TensorProto.INT32, None) for name in "yz"]
    return helper.make_graph(nodes, "convolution", [of_sound()], outputs, constants)


def of_sound() -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64, "length"])


def sound() -> NDArray[np.float32]:
    return CHANGES.normal(0, 3, (1, 64, 200)).astype(np.float32)


@pytest.mark.skipif(not network.multiplies_exactly(), reason="this processor has no exact product of mixed signs")
def test_signed_convolutions_give_the_same_whole_numbers() -> None:
    graph, x = convolution(CHANGES.integers(0, 256, (32, 64, 11), np.uint8)), sound()
    signed = GraphProto()
    signed.CopyFrom(graph)
    network.sign_convolutions(signed)
    assert [node.op_type for node in signed.node].count("Cast") == 2
    for before, after in zip(ran(graph, x), ran(signed, x), strict=True):
        np.testing.assert_array_equal(before, after)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="ONNX"):
        network.prepared(b"not a model")


@pytest.mark.thorough
def test_all_of_the_voice_is_rewritten_and_says_the_same() -> None:
    rewritten: list[ModelProto] = []

    def prepare(weights: bytes) -> bytes:
        whole = network.prepared(weights)
        rewritten.append(onnx.load_from_string(whole))
        return whole

    def published(weights: bytes) -> bytes:
        model = onnx.load_from_string(weights)
        network.tell_durations(model.graph)
        return bytes(model.SerializeToString())

    ours, theirs = Model(prepare=prepare), Model(prepare=published)
    convolutions = [node for node in rewritten[0].graph.node if node.op_type == "ConvInteger"]
    signed = [node.input[place].endswith("/signed") for node in convolutions for place in (0, 2)]
    assert signed == [network.multiplies_exactly()] * 174
    style = Voices().style("zf_xiaobei")
    after, before = (model.say(["n", "i", "↓", "x", "a", "u", "↓"], style, speed=1.0) for model in (ours, theirs))
    assert (after.start, after.ends) == (before.start, before.ends)
    np.testing.assert_array_equal(after.samples, before.samples)
