"""WeChat Work for this app's tests: the emulator, in a process of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from openuser.servers.processes import Processes
from tests.support import factories
from tests.support.emulator import AES_KEY, KEYS, Emulator, Person, free_port
from wecom.models import Application


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    folder, owner = Path(tempfile.mkdtemp(prefix="ou-emulator-", dir="/tmp")), Processes()
    yield Emulator(free_port()).start(owner, folder, "http://127.0.0.1:9/webhook")
    owner.end_all()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    """With no faults, calls or tokens left from another test."""
    running_emulator.api("POST", "reset", json={"what": ["faults", "calls", "tokens", "clock"]})
    return running_emulator


@pytest.fixture
def connected(emulator: Emulator, settings) -> Application:
    """The application that the emulator knows."""
    settings.WECOM = {**settings.WECOM, "RETRY_BASE_SECONDS": 0.0, "READ_TIMEOUT": 1.0, "CONNECT_TIMEOUT": 1.0}
    corporation = factories.make_corporation(corp_id=KEYS["CORP_ID"])
    return factories.make_application(
        corporation=corporation,
        agent_id=int(KEYS["AGENT_ID"]),
        secret=KEYS["SECRET"],
        token=KEYS["TOKEN"],
        encoding_aes_key=AES_KEY,
        api_base_url=emulator.url,
        is_default=True,
    )


@pytest.fixture
def person(emulator: Emulator) -> Person:
    return emulator.hire()
