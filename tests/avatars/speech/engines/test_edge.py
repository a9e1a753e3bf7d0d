"""Edge's voices against a small real websocket server with its protocol; without the package, what is missing."""

import datetime
import json
import re
import ssl
import threading

import ffmpeg as graph
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.sync.server import serve

from avatars.adapters.availability import State
from avatars.exceptions import EngineFailed, EngineMissing
from avatars.media import ffmpeg
from avatars.media.audio_segments import write_wav
from avatars.speech.engines.edge import TICKS, Edge
from tests.avatars.support.speech_samples import utter
from tests.support.optional_packages import needs

NAME = "speech.platform.bing.com"
here = needs("edge_tts", "edge-tts")
EACH = 0.3


def test_nothing_is_sent_before_somebody_allows_it():
    found = Edge.probe()
    assert found.state in {State.LICENCE, State.PACKAGE}
    assert found.about in {"OPENUSER_EDGE_ALLOWED", "edge_tts"}
    assert "unclear" in found.licence
    with pytest.raises(EngineMissing, match="OPENUSER_EDGE_ALLOWED"):
        Edge()


def certificate(folder):
    """A certificate for the service's name that the tests alone trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "service.pem"
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, kind, plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def mp3(words, folder):
    """Words as long as they are announced: a hum of `EACH` seconds each."""
    write_wav(folder / "said.wav", utter("a" * round(len(words) * EACH / 0.11), 24_000), 24_000)
    sound = ffmpeg.source(folder / "said.wav").audio
    ffmpeg.run(graph.output(sound, str(folder / "said.mp3"), acodec="libmp3lame", ar=24_000, audio_bitrate=48_000))
    return (folder / "said.mp3").read_bytes()


class Service:
    """One turn a connection: settings, then SSML; words with their times and sound come back."""

    def __init__(self, folder):
        self.folder, self.fault, self.said, self.over = folder, "", [], threading.Event()

    def __call__(self, socket):
        settings, wish = socket.recv(), socket.recv()
        self.said.append((settings, wish))
        words = re.search(r">([^<>]+)</prosody>", wish).group(1).split()
        if self.fault == "hang":
            self.over.wait()
            return
        if self.fault == "garbage":
            socket.send("Path:surprise\r\n\r\n{}")
            return
        socket.send("Path:turn.start\r\n\r\n{}")
        for number, word in enumerate(words):
            text = word.strip(".,")
            times = {"Offset": int((0.2 + number * EACH) * TICKS), "Duration": int(EACH * TICKS)}
            found = {"Type": "WordBoundary", "Data": {**times, "text": {"Text": text}}}
            socket.send("Path:audio.metadata\r\n\r\n" + json.dumps({"Metadata": [found]}))
        if self.fault != "mute":
            head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
            socket.send(len(head).to_bytes(2, "big") + head + mp3(words, self.folder))
        socket.send("Path:turn.end\r\n\r\n{}")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    import edge_tts.communicate

    folder = tmp_path_factory.mktemp("edge")
    path = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    # The package trusts the usual authorities; for this process one more.
    edge_tts.communicate._SSL_CTX.load_verify_locations(path)
    answer = Service(folder)
    with serve(answer, "127.0.0.1", 0, ssl=context) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        answer.relay = f"127.0.0.1:{server.socket.getsockname()[1]}"
        yield answer
        answer.over.set()
        server.shutdown()
        thread.join()


@here
def test_it_speaks_and_its_own_times_are_used(service):
    text = "Hello dear people."
    speech = Edge(allowed=True, relay=service.relay).speak(text, voice="en-US-AriaNeural", speed=1.2)
    starts = {text[token.offset : token.offset + token.length]: token.start for token in speech.tokens}
    assert list(starts) == ["Hello", "dear", "people"]
    assert starts["dear"] - starts["Hello"] == pytest.approx(EACH, abs=0.08)
    assert starts["people"] - starts["dear"] == pytest.approx(EACH, abs=0.08)
    settings, wish = service.said[0]
    assert '"wordBoundaryEnabled":"true"' in settings
    assert "rate='+20%'" in wish
    assert "AriaNeural" in wish


@here
@pytest.mark.parametrize(
    ("fault", "code"), [("hang", "engine_timeout"), ("garbage", "engine_output"), ("mute", "engine_output")]
)
def test_what_it_does_wrong_has_a_code(service, fault, code):
    service.fault = fault
    with pytest.raises(EngineFailed) as caught:
        Edge(allowed=True, relay=service.relay, time_limit=2).speak("Hello.", voice="en-US-AriaNeural")
    assert (caught.value.code, caught.value.field) == (code, "speech_engine")


@here
def test_a_missing_service_and_an_unknown_voice_are_named():
    with pytest.raises(EngineFailed) as caught:
        Edge(allowed=True, relay="127.0.0.1:9").speak("Hello.", voice="en-US-AriaNeural")
    assert caught.value.code == "server_silent"
    with pytest.raises(EngineFailed) as caught:
        Edge(allowed=True, relay="127.0.0.1:9").speak("Hello.", voice="nobody")
    assert caught.value.code == "server_refused"
