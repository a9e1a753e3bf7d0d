"""The choice of the database: command line, environment, .env, and the note of the last start."""

import pytest

from openuser.bootstrap import database_choice


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch, tmp_path):
    for name in (database_choice.VARIABLE, "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENUSER_DOTENV", str(tmp_path / ".env"))
    monkeypatch.setenv("OPENUSER_VAR_DIR", str(tmp_path))


def test_it_is_sqlite_until_somebody_says_otherwise(tmp_path):
    assert database_choice.chosen("", tmp_path) == "sqlite"
    assert database_choice.noted(tmp_path) == ""
    assert not database_choice.needs_driver(["manage.py", "up"])


def test_what_ran_last_is_found_by_every_command(tmp_path):
    database_choice.note("postgres", tmp_path)
    assert database_choice.chosen("", tmp_path) == "postgres"
    assert database_choice.needs_driver(["manage.py", "shell"])
    database_choice.note("sqlite", tmp_path)
    assert database_choice.chosen("", tmp_path) == "sqlite"


def test_what_is_named_wins_over_what_ran_last(tmp_path):
    database_choice.note("postgres", tmp_path)
    assert database_choice.chosen("SQLite ", tmp_path) == "sqlite"
    assert not database_choice.needs_driver(["manage.py", "up", "--db", "sqlite"])


def test_an_installation_from_before_the_choice_has_sqlite(tmp_path):
    (tmp_path / "openuser.sqlite3").touch()
    assert database_choice.noted(tmp_path) == "sqlite"


def test_another_word_is_refused_with_the_two_that_exist(tmp_path):
    with pytest.raises(ValueError, match="OPENUSER_DB is 'mysql': write sqlite or postgres"):
        database_choice.chosen("mysql", tmp_path)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (["up", "--db", "postgres"], "postgres"),
        (["up", "--port", "1", "--db=postgres"], "postgres"),
        (["up", "--db", "postgres", "--db", "sqlite"], "sqlite"),
        (["up"], ""),
        (["up", "--db"], ""),
        (["shell", "--db", "postgres"], ""),
        ([], ""),
    ],
)
def test_the_option_is_read_from_the_command_line_of_up(line, asked):
    assert database_choice.asked_for(["manage.py", *line]) == asked


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("OPENUSER_DB=postgres", True),
        ("  export OPENUSER_DB = 'postgres' ", True),
        ('DATABASE_URL="postgres://host/name"', True),
        ("DATABASE_URL=sqlite:///x.sqlite3\nOPENUSER_DB=postgres", False),
        ("#OPENUSER_DB=postgres", False),
        ("MY_OPENUSER_DB=postgres", False),
        ("", False),
    ],
)
def test_the_file_of_settings_counts_before_anything_is_installed(tmp_path, line, needed):
    (tmp_path / ".env").write_text(f"# settings\n{line}\nLOG_LEVEL=INFO\n")
    assert database_choice.needs_driver(["manage.py", "up"]) is needed
