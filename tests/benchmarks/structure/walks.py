"""How far a reader walks: the files, and the calls from one file into another, of a text and of a video.

    python3 -m tests.benchmarks.structure.walks [--steps]

A text: webhook, handling, delivery to the emulator. A video: `/video` from the webhook to the delivered file. Each is
walked twice and the second walk counts, so that caches are warm. `--steps` prints the calls in their order.
"""

import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

ROOT = Path(__file__).resolve().parents[3]
APPS = tuple(f"{ROOT}/{name}/" for name in ("core", "wecom", "avatars", "conversations", "scheduling", "openuser"))
APART = ("/migrations/", "/wecom/emulator/")  # the far side of the wire is not ours to walk
KEYS = {
    "CORP_ID": "wwfeedfacefeedface",
    "AGENT_ID": "1000002",
    "SECRET": "walk-secret-0123456789",
    "TOKEN": "WalkToken",
}
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
WEBHOOK = "/api/v1/integrations/wechat/webhook"
_numbers = itertools.count(1)


class Walk:
    """Notes which file of the product calls into which, in every thread, while the block lasts."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []

    def __enter__(self) -> "Walk":
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: Any) -> None:
        file = ours(frame)
        if event != "call" or not file:
            return
        back = frame.f_back
        while back is not None and not ours(back):
            back = back.f_back
        self.calls.append((ours(back) if back else "", file, frame.f_code.co_name))

    def report(self, name: str, *, steps: bool) -> None:
        files = {file for _, file, _ in self.calls}
        hops = {(caller, file) for caller, file, _ in self.calls if caller and caller != file}
        print(f"{name:<8} {len(files):4} files  {len(hops):4} hops from file to file")
        seen: set[tuple[str, str, str]] = set()
        for caller, file, function in self.calls if steps else ():
            if caller != file and (caller, file, function) not in seen:
                seen.add((caller, file, function))
                print(f"    {caller or '-':<45} → {file}: {function}")


def ours(frame: FrameType) -> str:
    """The file of a frame within the product, or nothing."""
    name = frame.f_code.co_filename
    return name.removeprefix(f"{ROOT}/") if name.startswith(APPS) and not any(part in name for part in APART) else ""


def environment(folder: str, port: int) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}"
    ours = {f"WECHAT_{name}": value for name, value in KEYS.items()}
    emulated = {f"EMULATOR_{name}": value for name, value in KEYS.items()}
    return {
        **ours,
        **emulated,
        "WECHAT_CORP_SECRET": KEYS["SECRET"],
        "WECHAT_ENCODING_AES_KEY": AES_KEY,
        "WECHAT_API_BASE_URL": url,
        "TEST_CORP_ID": KEYS["CORP_ID"],
        "EMULATOR_AES_KEY": AES_KEY,
        "EMULATOR_DATABASE": f"{folder}/emulator.sqlite3",
        "EMULATOR_CALLBACK": "http://127.0.0.1:9/webhook",
        "OPENUSER_VAR_DIR": folder,
        "OPENUSER_BOOTSTRAP": "off",
        "DJANGO_SETTINGS_MODULE": "openuser.settings.test",
        "LOG_LEVEL": "ERROR",
    }


@cache
def server() -> Any:
    """One for both walks, as in production: what starts with a server is no step of a walk."""
    from django.test import Client

    return Client()


def write(text: str) -> Any:
    """Post a text to the webhook as the platform does; the row of the callback."""
    from django.apps import apps
    from wechatpy.enterprise.crypto import WeChatCrypto

    number = next(_numbers)
    xml = (
        f"<xml><ToUserName>{KEYS['CORP_ID']}</ToUserName><FromUserName>walker</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>{text}</Content>"
        f"<MsgId>{number}</MsgId><AgentID>{KEYS['AGENT_ID']}</AgentID></xml>"
    )
    stamp = str(int(time.time()))
    sealed = WeChatCrypto(KEYS["TOKEN"], AES_KEY, KEYS["CORP_ID"]).encrypt_message(xml, "nonce", stamp)
    signature = sealed.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    query = f"msg_signature={signature}&timestamp={stamp}&nonce=nonce"
    answer = server().post(f"{WEBHOOK}?{query}", data=sealed, content_type="text/xml")
    assert answer.status_code == 200, answer
    return apps.get_model("wecom", "Callback").objects.latest("pk")


def work(*queued: tuple[str, str]) -> None:
    """Run the tasks of all queued rows, by label of the model and name of the task, until nothing moves any more."""
    from django.apps import apps

    from openuser.celery import app

    before: list[tuple[str, int]] = []
    while rows := [
        (task, row.pk) for label, task in queued for row in apps.get_model(label).objects.filter(status="queued")
    ]:
        if rows == before:
            return
        for task, pk in rows:
            app.tasks[task](pk)
        before = rows


def text() -> None:
    write("谢谢")
    work(("wecom.Callback", "wecom.handle"), ("wecom.Outbound", "wecom.deliver"))


def video() -> None:
    from django.apps import apps

    from openuser.celery import app

    write(f"/video 第{next(_numbers)}句话。")
    work(("wecom.Callback", "wecom.handle"), ("wecom.Outbound", "wecom.deliver"), ("avatars.Render", "avatars.render"))
    app.tasks["conversations.release"]()
    work(
        ("wecom.Upload", "wecom.upload"), ("wecom.CardUpdate", "wecom.update_card"), ("wecom.Outbound", "wecom.deliver")
    )
    sent = apps.get_model("wecom", "Outbound").objects.filter(msgtype="video").latest("pk")
    assert sent.status == "done", sent.status


def hire(address: str) -> None:
    """Make the member who writes, as soon as the emulator listens."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(connect=100, backoff_factor=0.05, backoff_max=0.5)))
    answer = session.post(address, json={"userid": "walker", "name": "walker"}, timeout=10)
    assert answer.ok, answer.text


def walked(walk: Callable[[], None]) -> Walk:
    walk()
    with Walk() as noted:
        walk()
    return noted


def main() -> None:
    port = 20_000 + os.getpid() % 10_000
    with tempfile.TemporaryDirectory(prefix="ou-walks-", dir="/tmp") as folder:
        os.environ |= environment(folder, port)
        emulator = subprocess.Popen([sys.executable, "manage.py", "emulator", "--port", str(port)], cwd=ROOT)
        try:
            import django

            django.setup()
            from django.conf import settings
            from django.core.management import call_command

            from openuser.celery import app
            from openuser.servers import valkey

            app.loader.import_default_modules()  # else the first task would, which runs Django's checks too
            with valkey.running(settings.BROKER_FOLDER):
                call_command("migrate", verbosity=0)
                call_command("seed", verbosity=0)
                hire(f"http://127.0.0.1:{port}/emulator/api/members")
                for name, walk in (("text", text), ("video", video)):
                    walked(walk).report(name, steps="--steps" in sys.argv)
        finally:
            emulator.terminate()
            emulator.wait()


if __name__ == "__main__":
    main()
