"""A benchmark in a process of its own, on a database, a broker and an emulator that nothing else uses."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT


def run_again(module: str, *flags: str, sqlite: bool = False) -> int:
    """Run a module with `--measure` and these flags on a PostgreSQL of its own, or on SQLite. Returns how it ended."""
    from openuser.servers import postgres

    with ExitStack() as stack:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "openuser.settings.test"}
        if not sqlite:
            environment["TEST_DATABASE_URL"] = stack.enter_context(postgres.running())
        command = [sys.executable, "-m", module, "--measure", *flags]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


@contextmanager
def empty_database() -> Iterator[None]:
    """Django with an empty database, in the process that measures."""
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.conf import settings
    from django.db import connection
    from django.test.utils import get_runner

    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        yield
    finally:
        connection.close()
        runner.teardown_databases(databases)


@contextmanager
def emulated() -> Iterator[tuple[Any, Path]]:
    """A broker and an emulator beside the empty database: the emulator and the folder of its own."""
    from django.conf import settings

    from openuser.servers import valkey
    from openuser.servers.server_processes import Processes
    from tests.support.emulator import Emulator, free_port

    owner = Processes()
    with valkey.running(settings.BROKER_FOLDER), tempfile.TemporaryDirectory() as folder, empty_database():
        emulator = Emulator(free_port()).start(owner, Path(folder), "http://127.0.0.1:9/webhook")
        try:
            yield emulator, Path(folder)
        finally:
            owner.end_all()


def make_application(emulator: Any) -> Any:
    """The application that the emulator knows, with a desk."""
    from tests.support import factories
    from tests.support.emulator import AES_KEY, KEYS

    application = factories.make_application(
        corporation=factories.make_corporation(corp_id=KEYS["CORP_ID"]),
        agent_id=int(KEYS["AGENT_ID"]),
        secret=KEYS["SECRET"],
        token=KEYS["TOKEN"],
        encoding_aes_key=AES_KEY,
        api_base_url=emulator.url,
        is_default=True,
    )
    factories.make_desk(application)
    return application
