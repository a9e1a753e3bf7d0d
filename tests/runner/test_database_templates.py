"""Template databases, copied in this run and in later ones."""

import os
import sqlite3
import time
from contextlib import closing

import pytest

from tests.runner import database_templates
from tests.runner.database_templates import FILE, KEPT_SECONDS, Template, digest, templates

CODE = "import django.db as d, os; d.connection.cursor().execute(f'CREATE TABLE made_by_{os.getpid()} (id)')"


@pytest.fixture(autouse=True)
def kept(monkeypatch, tmp_path):
    monkeypatch.setattr(database_templates, "KEPT", tmp_path / "kept")
    database_templates.can_keep.cache_clear()
    yield tmp_path / "kept"
    database_templates.can_keep.cache_clear()


def template(run, **more):
    line = ("shell", "--no-imports", "-c", CODE)
    return Template(run=run, name="small", command=line, sources=("requirements/test.txt",), **more)


def tables(path):
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]


def test_a_later_run_copies_what_an_earlier_one_made(tmp_path):
    copies = [tmp_path / "first", tmp_path / "second"]
    for number, copy in enumerate(copies):
        run = template(tmp_path / f"run-{number}")
        run.copy_database(str(copy))
        run.remove()
    assert len(tables(copies[0])) == 1
    assert tables(copies[0]) == tables(copies[1])


def test_one_that_was_not_finished_is_made_again(tmp_path):
    unfinished = template(tmp_path)
    unfinished.folder.mkdir(parents=True)
    with closing(sqlite3.connect(unfinished.folder / FILE)) as connection:
        connection.execute("CREATE TABLE half (id)")
    unfinished.copy_database(str(tmp_path / "copy"))
    assert "half" not in tables(tmp_path / "copy")


def test_what_a_killed_run_left_is_not_in_the_next_copy(tmp_path):
    copy, log = tmp_path / "copy", tmp_path / "copy-wal"
    run = template(tmp_path / "run")
    run.copy_database(str(copy))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE of_a_killed_run (id)")
        left = log.read_bytes()
    log.write_bytes(left)
    run.copy_database(str(copy))
    assert "of_a_killed_run" not in tables(copy)


def test_another_source_is_another_database(monkeypatch, tmp_path):
    monkeypatch.setattr(database_templates, "ROOT", tmp_path)
    migrations = tmp_path / "wecom" / "migrations"
    migrations.mkdir(parents=True)
    digests = []
    for words in ("one", "two"):
        (migrations / "0001_initial.py").write_text(words)
        digest.cache_clear()
        digests.append(digest(database_templates.SCHEMA))
    digest.cache_clear()
    assert digests[0] != digests[1]


def test_what_no_run_has_used_for_long_is_removed(kept, tmp_path):
    empty, _ = templates(tmp_path, "")
    for name, age in (("empty-used", 60), ("empty-old", KEPT_SECONDS + 60)):
        (kept / name).mkdir(parents=True)
        os.utime(kept / name, (time.time() - age,) * 2)
    empty.remove()
    assert [path.name for path in kept.iterdir()] == ["empty-used"]


def test_a_run_with_its_clock_moved_removes_nothing(kept, monkeypatch, tmp_path):
    """Those of `tests.runner.dates` are years ahead, beside a run that makes its databases."""
    empty, _ = templates(tmp_path, "")
    (kept / "empty-used").mkdir(parents=True)
    monkeypatch.setattr(time, "time", lambda: os.stat(kept).st_mtime + 2 * KEPT_SECONDS)
    empty.remove()
    assert [path.name for path in kept.iterdir()] == ["empty-used"]
