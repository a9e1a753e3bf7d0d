"""Sound of speech servers in tests: a hum that opens and closes for every letter, and pauses at marks."""

import io
import json
import wave

import numpy as np

from tests.avatars.support.engine_servers import as_json

EACH, REST = 0.11, 0.25


def utter(words, rate, speed=1.0):
    """Mono samples in -1..1; as long as the words are."""
    # To import it takes a second, and every process of the suite imports this module.
    from scipy.signal import lfilter

    random = np.random.default_rng(len(words))
    parts = [np.zeros(round(0.2 * rate))]
    for letter in words:
        length = round((EACH if letter.isalnum() else REST if not letter.isspace() else 0.02) / speed * rate)
        if not letter.isalnum():
            parts.append(np.zeros(length))
            continue
        times = np.arange(length) / rate
        buzz = np.sign(np.sin(2 * np.pi * (140 + ord(letter) % 40) * times)) + 0.1 * random.standard_normal(length)
        open_and_close = np.sin(np.pi * np.arange(length) / length) ** 0.5
        parts.append(lfilter([1], [1, -0.9], buzz) * 0.05 * open_and_close)
    return np.concatenate([*parts, np.zeros(round(0.3 * rate))]).astype(np.float32)


def as_pcm(samples):
    return (samples.clip(-1, 1) * 32767).round().astype("<i2").tobytes()


def as_wav(samples, rate, *, streamed=False):
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(as_pcm(samples))
    data = bytearray(held.getvalue())
    if streamed:
        data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    return bytes(data)


def openai(path, headers, body, query):
    """`POST /v1/audio/speech`."""
    order = json.loads(body)
    if path != "/v1/audio/speech" or headers["Authorization"] != "Bearer sk-test":
        return as_json({"error": {"message": "no"}}, 404)
    samples = utter(order["input"], 24_000, order["speed"])
    return 200, "audio/wav", as_wav(samples, 24_000, streamed=True)


def cosyvoice(path, headers, body, query):
    """`POST /inference_sft` and its kind: a form in, samples without a header out."""
    fields = form(headers, body)
    needed = {
        "/inference_sft": {"tts_text", "spk_id"},
        "/inference_zero_shot": {"tts_text", "prompt_text", "prompt_wav"},
        "/inference_cross_lingual": {"tts_text", "prompt_wav"},
        "/inference_instruct2": {"tts_text", "instruct_text", "prompt_wav"},
    }
    if set(fields) != needed.get(path):
        return as_json({"detail": "field required"}, 422)
    return 200, "application/octet-stream", as_pcm(utter(fields["tts_text"].decode(), 22_050))


def gpt_sovits(path, headers, body, query):
    """`POST /tts` of api_v2."""
    order = json.loads(body)
    if path != "/tts" or order["ref_audio_path"] != "/voices/ya.wav" or order["text_lang"] not in {"zh", "en"}:
        return as_json({"message": "ref_audio_path is required"}, 400)
    return 200, "audio/wav", as_wav(utter(order["text"], 32_000, order["speed_factor"]), 32_000)


def form(headers, body):
    """The fields of a form, of either kind, as bytes."""
    from email.parser import BytesParser
    from urllib.parse import parse_qs

    if headers["Content-Type"].startswith("application/x-www-form-urlencoded"):
        return {name: values[0].encode() for name, values in parse_qs(body.decode()).items()}
    whole = BytesParser().parsebytes(b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body)
    return {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in whole.get_payload()
    }
