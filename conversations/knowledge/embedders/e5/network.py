"""The network of e5 for onnxruntime: products of whole numbers, each token with a scale of its own.

Weights and the inputs of a product are rounded to bytes. A token's scale is its own largest number, so a vector does
not depend on the texts beside it. Terms that change no result are left out: the bias of keys moves all scores of a
token alike, and that of values comes out of the attention as it went in, so it is added after it.
"""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from conversations.knowledge.embedders.base import Vectors
from conversations.knowledge.embedders.e5.model_file import ModelFile

MICROSOFT = "com.microsoft"  # operations that only onnxruntime has
OPSETS = (("", 19), (MICROSOFT, 1))
IR_VERSION = 9
ZERO = 128  # of unsigned bytes
FULL_SCALE = 127
INPUT, OUTPUT = "embeddings", "mean"


class Network:
    """Nodes and weights while they are put together. Each method returns the name of its result."""

    def __init__(self, file: ModelFile, *, is_signed: bool) -> None:
        self._file = file
        self._weights_zero = 0 if is_signed else ZERO
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: list[onnx.TensorProto] = []

    def model(self) -> bytes:
        """Embeddings of texts with equally many tokens to the mean of the last layer's rows."""
        width = self._file.width
        self._tensor("last", np.array([-1], np.int64))
        self._tensor("tokens", np.array([-1, width], np.int64))
        self._tensor("zero", np.array(ZERO, np.uint8))
        self._tensor("weights_zero", np.array(self._weights_zero, np.int8 if not self._weights_zero else np.uint8))
        self._tensor("one", np.array(1, np.float32))
        self._tensor("step", np.array(1 / FULL_SCALE, np.float32))
        self._tensor("least", np.array(1e-9, np.float32))
        self._node("Shape", [INPUT], "shape")
        state = self._normalised(self._node("Reshape", [INPUT, "tokens"], "flat"), "emb.ln", "state")
        for number in range(self._file.layers):
            state = self._layer(state, f"l{number}")
        self._node("ReduceMean", [self._node("Reshape", [state, "shape"], "states"), self._axis(1)], OUTPUT, keepdims=0)
        input_info = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["texts", "length", width])
        made = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["texts", width])
        graph = helper.make_graph(self._nodes, "e5", [input_info], [made], self._tensors)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS]
        serialized: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION).SerializeToString()
        return serialized

    def _layer(self, state: str, layer: str) -> str:
        file, heads = self._file, self._file.heads
        rounded = self._rounded(state, f"{layer}.in")
        parts = [
            self._plus(self._product(rounded, f"{layer}.q"), file.floats(f"{layer}.q.b"), f"{layer}.q.biased"),
            self._product(rounded, f"{layer}.k"),
            self._product(rounded, f"{layer}.v"),
        ]
        texts = [self._node("Reshape", [part, "shape"], f"{part}.texts") for part in parts]
        attended = self._node("MultiHeadAttention", texts, f"{layer}.attended", MICROSOFT, num_heads=heads)
        mixed = self._rounded(self._node("Reshape", [attended, "tokens"], f"{layer}.mixed"), f"{layer}.mixed")
        bias = file.floats(f"{layer}.ao.b") + file.floats(f"{layer}.v.b") @ file.matrix(f"{layer}.ao.w")
        out = self._plus(self._product(mixed, f"{layer}.ao"), bias, f"{layer}.ao.biased")
        state = self._normalised(self._node("Add", [state, out], f"{layer}.sum1"), f"{layer}.aln", f"{layer}.state1")
        inner = self._product(self._rounded(state, f"{layer}.half"), f"{layer}.fi")
        bias_name = self._tensor(f"{layer}.fi.bias", file.floats(f"{layer}.fi.b"))
        active = self._node("BiasGelu", [inner, bias_name], f"{layer}.active", MICROSOFT)
        outer = self._product(self._rounded(active, f"{layer}.active"), f"{layer}.fo")
        out = self._plus(outer, file.floats(f"{layer}.fo.b"), f"{layer}.fo.biased")
        return self._normalised(self._node("Add", [state, out], f"{layer}.sum2"), f"{layer}.oln", f"{layer}.state2")

    def _rounded(self, numbers: str, name: str) -> tuple[str, str]:
        """Bytes of tokens, and the scale of each token."""
        largest = self._node(
            "ReduceMax", [self._node("Abs", [numbers], f"{name}.abs"), "last"], f"{name}.largest", keepdims=1
        )
        scale = self._node("Max", [self._node("Mul", [largest, "step"], f"{name}.steps"), "least"], f"{name}.scale")
        each = self._node("Squeeze", [scale, "last"], f"{name}.each")
        zeros = self._node("Expand", ["zero", self._node("Shape", [each], f"{name}.count")], f"{name}.zeros")
        return self._node("QuantizeLinear", [numbers, each, zeros], f"{name}.bytes", axis=0), scale

    def _product(self, rounded: tuple[str, str], name: str) -> str:
        weights = self._file.matrix(f"{name}.w")
        scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / FULL_SCALE
        steps = np.round(weights / scales)
        stored = steps.astype(np.int8) if not self._weights_zero else (steps + self._weights_zero).astype(np.uint8)
        numbers, scale = rounded
        inputs = [
            numbers,
            self._tensor(f"{name}.weights", stored),
            "one",
            self._tensor(f"{name}.scales", scales.astype(np.float32)),
            "zero",
            self._zeros(name, len(scales)),
        ]
        return self._node(
            "Mul", [self._node("MatMulIntegerToFloat", inputs, f"{name}.raw", MICROSOFT), scale], f"{name}.out"
        )

    def _zeros(self, name: str, count: int) -> str:
        kind = np.uint8 if self._weights_zero else np.int8
        return self._tensor(f"{name}.zeros", np.full(count, self._weights_zero, dtype=kind))

    def _plus(self, numbers: str, bias: Vectors, name: str) -> str:
        return self._node("Add", [numbers, self._tensor(f"{name}.bias", bias)], name)

    def _normalised(self, numbers: str, weights: str, name: str) -> str:
        file = self._file
        inputs = [numbers, *(self._tensor(f"{weights}.{part}", file.floats(f"{weights}.{part}")) for part in "wb")]
        return self._node("LayerNormalization", inputs, name, epsilon=file.epsilon, axis=-1)

    def _axis(self, number: int) -> str:
        return self._tensor(f"axis{number}", np.array([number], np.int64))

    def _tensor(self, name: str, values: np.ndarray) -> str:
        self._tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, inputs: list[str], name: str, domain: str = "", **options: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [name], domain=domain, **options))
        return name
