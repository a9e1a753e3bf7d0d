"""The platform's npm library `@wecom/crypto` reads the emulator's callbacks and our answers."""

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from tests.support.npm import NODE, install
from tests.wecom.emulator.support.clients import Application, Listener
from wecom.crypto import Keys, open_sealed, seal, sign

pytestmark = pytest.mark.slow
PACKAGE = "@wecom/crypto@1.0.1"
SCRIPT = """
const { getSignature, decrypt, encrypt } = require("@wecom/crypto");
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { message, id } = decrypt(asked.aes_key, asked.encrypted);
const signature = getSignature(asked.token, asked.timestamp, asked.nonce, asked.encrypted);
console.log(JSON.stringify({ message, id, signature, answer: encrypt(asked.aes_key, asked.reply, id) }));
"""
REPLY = "收到 <b>&amp;</b> 😀"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is installed. Without Node or a registry these tests are left out, and say so."""
    folder = tmp_path_factory.mktemp("npm")
    install(PACKAGE, folder)
    (folder / "read.js").write_text(SCRIPT)
    return folder


def read(folder: Path, **asked: str) -> dict[str, Any]:
    """What the library makes of a sealed text, and a reply that it seals."""
    line = [NODE, "read.js"]
    asked = {**asked, "reply": REPLY}
    done = subprocess.run(
        line, cwd=folder, input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=True
    )
    return dict(json.loads(done.stdout))


def test_it_reads_the_emulators_callbacks(
    folder: Path, application: Application, listener: Listener, member: str
) -> None:
    application.control("POST", "send", member=member, text="你好 😀 <&>")
    arrival = listener.next()
    query = {name: values[0] for name, values in parse_qs(urlsplit(arrival.path).query).items()}
    outer: Element = fromstring(arrival.body)
    keys = {"token": application.token, "aes_key": application.aes_key}
    found = read(
        folder, **keys, timestamp=query["timestamp"], nonce=query["nonce"], encrypted=outer.findtext("Encrypt") or ""
    )
    assert (found["id"], found["signature"]) == (application.corp_id, query["msg_signature"])
    assert fromstring(found["message"]).findtext("Content") == "你好 😀 <&>"


@pytest.mark.parametrize("text", ["x", "你好，世界" * 500, "<xml><A><![CDATA[]]></A></xml>", "=" * 32])
def test_it_reads_what_we_seal_and_we_read_what_it_seals(folder: Path, application: Application, text: str) -> None:
    keys = Keys.parse(token=application.token, encoding_aes_key=application.aes_key, receive_id=application.corp_id)
    sealed, at, nonce = seal(keys, text.encode()), "1767225600", "1372623149"
    found = read(
        folder, token=application.token, aes_key=application.aes_key, timestamp=at, nonce=nonce, encrypted=sealed
    )
    assert (found["message"], found["id"]) == (text, application.corp_id)
    assert found["signature"] == sign(keys.token, at, nonce, sealed)
    assert open_sealed(keys, found["answer"]).decode() == REPLY
