"""What every test needs: a private broker unless TEST_BROKER_URL names one, databases, a browser, limits."""

import fcntl
import gc
import itertools
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as trials
from playwright.sync_api import Browser, expect

from openuser.servers import valkey
from tests.browser.support.chromium import launched
from tests.runner.database_templates import templates
from tests.runner.file_order import SEED, choose_seed, shuffle_units
from tests.runner.table_cleanup import Fresh, emptied_quickly, end_other_sessions
from tests.runner.time_limits import limit_of
from tests.runner.xdist_scheduler import ByUnit, longest_first, unit_of

pytest_plugins = [
    "tests.fixtures.broker",
    "tests.fixtures.callbacks",
    "tests.fixtures.canaries",
    "tests.fixtures.clock",
    "tests.fixtures.emulator",
    "tests.fixtures.engines",
    "tests.fixtures.portrait_videos",
    "tests.fixtures.s3",
    "tests.fixtures.stack_logs",
    "tests.fixtures.videos",
    "tests.runner.first_failures",
    "tests.runner.long_tests",
]

# How long an example takes is a matter of the machine, and of what else runs there.
trials.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
trials.load_profile("unhurried")
# Milliseconds that a page has to become what a test expects; five seconds are too few on a busy machine.
expect.set_options(timeout=30_000)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByUnit:
    config.option.loadscopereorder = False  # it would take the number of tests for their length
    return ByUnit(config, log)


FIRST_TEST = pytest.StashKey[str]()
FOLDERS = itertools.count()


def pytest_configure() -> None:
    choose_seed()


def pytest_report_header() -> str:
    return f"files in the order of {SEED}={os.environ[SEED]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
    """A run that failed says how to repeat its order; `-q` shows no header."""
    if exitstatus == pytest.ExitCode.TESTS_FAILED:
        terminalreporter.write_line(f"{SEED}={os.environ[SEED]} repeats the order of files")


@pytest.hookimpl(tryfirst=True, wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Before pytest-timeout looks for a mark, every test has one."""
    if item.get_closest_marker("timeout") is None:
        first = item.config.stash.setdefault(FIRST_TEST, item.nodeid)
        item.add_marker(pytest.mark.timeout(limit_of(item, is_first=item.nodeid == first)))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """The first worker compiles the tests and rewrites their assertions; the others wait, and read what it wrote."""
    if not hasattr(session.config, "workerinput"):
        return (yield)
    compiled = settings.RUN_FOLDER / "compiled"
    with (settings.RUN_FOLDER / "collection.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if compiled.exists():
            fcntl.flock(lock, fcntl.LOCK_UN)
        result = yield
        compiled.touch()
        return result


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    shuffle_units(items, os.environ[SEED], unit_of)
    if hasattr(config, "workerinput"):
        longest_first(items)


def pytest_collection_finish() -> None:
    """What was imported and collected stays: to look for garbage in it again and again takes a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Each client of a test would look all of them up in advance."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session", autouse=True)
def broker() -> Iterator[str]:
    """The broker's URL. No worker listens: tests call what a task would."""
    if os.environ.get("TEST_BROKER_URL"):
        yield settings.BROKER_URL
        return
    with valkey.running(settings.BROKER_FOLDER) as url:
        yield url


def pytest_sessionstart(session: pytest.Session) -> None:
    """Databases of an earlier run are not copied."""
    remove_templates(session.config)


def pytest_sessionfinish(session: pytest.Session) -> None:
    remove_templates(session.config)


def remove_templates(config: pytest.Config) -> None:
    """By the process that the run began with."""
    if not hasattr(config, "workerinput"):
        for template in templates(settings.RUN_FOLDER, server()):
            template.remove()


def server() -> str:
    """The PostgreSQL that this run is on; empty for SQLite."""
    return settings.DATABASE_URL if connection.vendor == "postgresql" else ""


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """That pytest-django finds its database: a copy with nothing left to migrate."""
    named = connection.settings_dict
    empty, _ = templates(settings.RUN_FOLDER, server())
    empty.copy_database(named["TEST"]["NAME"] or f"test_{named['NAME']}")
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[Fresh]:
    """The databases of pytest-django; what a test leaves in them is removed in our way."""
    with django_db_blocker.unblock():
        fresh = Fresh()
    with emptied_quickly(fresh):
        yield fresh
    with django_db_blocker.unblock():
        end_other_sessions()
        connection.creation.destroy_test_db(verbosity=0)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; one per module, since only one may be driven at a time."""
    with launched() as browser:
        yield browser


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """The installation's: the language that a page was answered in stays with its thread."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path_factory) -> None:
    """Files of one test are not those of another. The folder is made by the first file: most tests write none."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / f"media-{next(FOLDERS)}"
