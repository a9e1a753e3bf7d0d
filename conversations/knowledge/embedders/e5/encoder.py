"""Texts to vectors with e5, on one thread of the processor: about 5 ms for a question, 35 ms for a long passage."""

from collections.abc import Iterator, Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper

from conversations.knowledge.embedders.base import Vectors
from conversations.knowledge.embedders.e5.model_file import ModelFile
from conversations.knowledge.embedders.e5.network import INPUT, Network
from conversations.knowledge.embedders.e5.tokenizer import Tokenizer
from conversations.knowledge.embedders.language_means import unit

PREFIXES = {True: "query: ", False: "passage: "}  # as the model was trained: questions, and what is searched
AT_ONCE = 512  # tokens that are computed together; more do not fit into the cache of a core


class E5:
    """Safe to call from several threads, which do not wait for each other."""

    def __init__(self) -> None:
        self._file = ModelFile()
        self._tokenizer = Tokenizer(self._file.vocabulary)
        self._places = self._file.floats("emb.pos").reshape(-1, self._file.width)
        self._places += self._file.floats("emb.type")[: self._file.width]
        self._session = session(Network(self._file, is_signed=multiplies_signed_bytes()).model())

    def encode(self, texts: Sequence[str], *, is_question: bool) -> Vectors:
        """A row of length 1 for each text. Only its first 510 tokens count."""
        pieces = [self._tokenizer.encode(f"{PREFIXES[is_question]}{text}", self._file.longest) for text in texts]
        vectors = np.zeros((len(texts), self._file.width), dtype=np.float32)
        for numbers in _batches([len(piece) for piece in pieces]):
            vectors[numbers] = self._means(np.array([pieces[number] for number in numbers]))
        return unit(vectors)

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has: its cost."""
        return [len(self._tokenizer.encode(text, self._file.longest)) for text in texts]

    def _means(self, pieces: NDArray[np.int64]) -> Vectors:
        embedded = self._file.words(pieces.reshape(-1)).reshape(*pieces.shape, -1) + self._places[: pieces.shape[1]]
        (means,) = self._session.run(None, {INPUT: embedded})
        return np.asarray(means, dtype=np.float32)


def session(model: bytes) -> onnxruntime.InferenceSession:
    """A model that computes on the thread that asks, and keeps no memory in reserve."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def multiplies_signed_bytes() -> bool:
    """Whether products of unsigned with signed bytes are right on this processor.

    Older ones (without VNNI) add two of them in 16 bits, which overflow. Then the weights are unsigned, too: that takes
    longer, and the vectors are the same.
    """
    count = 64
    inputs = [
        helper.make_tensor_value_info(name, kind, [count, count])
        for name, kind in (("a", TensorProto.UINT8), ("b", TensorProto.INT8))
    ]
    made = helper.make_tensor_value_info("c", TensorProto.INT32, [count, count])
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["a", "b"], ["c"])], "probe", inputs, [made])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9).SerializeToString()
    largest = {"a": np.full((count, count), 255, np.uint8), "b": np.full((count, count), 127, np.int8)}
    return bool((session(model).run(None, largest)[0] == 255 * 127 * count).all())


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The numbers of texts that are computed together: equally long ones, so that none is filled up."""
    same: dict[int, list[int]] = {}
    for number, length in enumerate(lengths):
        same.setdefault(length, []).append(number)
    for length, numbers in same.items():
        most = max(1, AT_ONCE // length)
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))
