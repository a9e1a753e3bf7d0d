"""Settings that the bootstrap reads from the environment or `.env`, in the words that Django's settings take."""

import environ
import pytest

from openuser.bootstrap import dotenv

NAME = "OPENUSER_GPU"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.setenv("OPENUSER_DOTENV", str(tmp_path / ".env"))


@pytest.mark.parametrize("word", ["true", "on", "yes", "1", "True", "ON", "false", "off", "no", "0", "False"])
def test_booleans_mean_what_they_mean_to_django(monkeypatch, word):
    monkeypatch.setenv(NAME, word)
    assert dotenv.boolean(NAME) is environ.Env().bool(NAME)
    assert dotenv.boolean(NAME, default=True) is environ.Env().bool(NAME)


@pytest.mark.parametrize("default", [True, False])
def test_an_empty_boolean_is_the_default(monkeypatch, default):
    assert dotenv.boolean(NAME, default=default) is default
    monkeypatch.setenv(NAME, "")
    assert dotenv.boolean(NAME, default=default) is default


def test_the_environment_takes_precedence_over_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text(f"export {NAME} = 'on'\n")
    assert dotenv.boolean(NAME)
    monkeypatch.setenv(NAME, "off")
    assert not dotenv.boolean(NAME)


def test_a_setting_of_the_file_has_neither_quotes_nor_comments(tmp_path):
    (tmp_path / ".env").write_text('# OPENUSER_PIP_ARGS=--pre\nOPENUSER_PIP_ARGS="--no-index"\n')
    assert dotenv.text("OPENUSER_PIP_ARGS", default="--none") == "--no-index"
    assert dotenv.text("OPENUSER_TORCH_INDEX", default="none") == "none"
