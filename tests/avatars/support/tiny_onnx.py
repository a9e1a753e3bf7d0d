"""A hand-written ONNX network: a hum for every input number, as loud as the number is large.

Its inputs and outputs are those of a Piper voice. It is written as ONNX files are, in protobuf.
"""

import numpy as np

FLOAT, INT64 = 1, 7
LONGEST = 2400


def piper_voice(metadata=()):
    """The bytes of the file: (input, input_lengths, scales) → samples; the second scale is the length of a sound."""
    times = np.arange(LONGEST) / 22_050
    hum = (np.sign(np.sin(2 * np.pi * 150 * times)) + np.sin(2 * np.pi * 600 * times)) * 0.001
    nodes = [
        _node("Gather", ["scales", "one"], ["length"]),
        _node("Mul", ["length", "usual"], ["samples"]),
        _node("Cast", ["samples"], ["whole"], to=INT64),
        _node("Reshape", ["whole", "vector"], ["end"]),
        _node("Slice", ["hum", "start", "end", "axis"], ["sound"]),
        _node("Cast", ["input"], ["numbers"], to=FLOAT),
        _node("Reshape", ["numbers", "column"], ["tall"]),
        _node("MatMul", ["tall", "sound"], ["every"]),
        _node("Reshape", ["every", "flat"], ["output"]),
    ]
    constants = {
        "one": np.array(1),
        "usual": np.array(1200, np.float32),
        "vector": np.array([1]),
        "start": np.array([0]),
        "axis": np.array([1]),
        "column": np.array([-1, 1]),
        "flat": np.array([1, 1, 1, -1]),
        "hum": hum.astype(np.float32)[None],
    }
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, b"voice")
    graph += b"".join(_bytes(5, _tensor(name, value)) for name, value in constants.items())
    for name, kind, rank in (("input", INT64, 2), ("input_lengths", INT64, 1), ("scales", FLOAT, 1)):
        graph += _bytes(11, _value(name, kind, rank))
    graph += _bytes(12, _value("output", FLOAT, 4))
    model = _number(1, 8) + _bytes(8, _number(2, 17)) + _bytes(7, graph)
    return model + b"".join(_bytes(14, _bytes(1, k.encode()) + _bytes(2, v.encode())) for k, v in metadata)


def _node(kind, inputs, outputs, **numbers):
    whole = b"".join(_bytes(1, name.encode()) for name in inputs) + b"".join(
        _bytes(2, name.encode()) for name in outputs
    )
    whole += _bytes(4, kind.encode())
    for name, value in numbers.items():
        whole += _bytes(5, _bytes(1, name.encode()) + _number(3, value) + _number(20, 2))
    return whole


def _tensor(name, value):
    kind = FLOAT if value.dtype == np.float32 else INT64
    dims = b"".join(_number(1, size) for size in value.shape)
    return dims + _number(2, kind) + _bytes(8, name.encode()) + _bytes(9, value.tobytes())


def _value(name, kind, rank):
    shape = b"".join(_bytes(1, _bytes(2, f"{name}{axis}".encode())) for axis in range(rank))
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def _bytes(field, value):
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value):
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
