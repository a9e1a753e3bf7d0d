"""Settings under their old names: they still count for one release, and a check names the new one."""

import pytest
from django.core import checks

from openuser.settings.environment import OLD_NAMES, adopt_old_names
from tests.openuser.settings.test_settings import show

OLD, NEW = "OPENUSER_ERRAND_SECONDS", "OPENUSER_REPLY_TIMEOUT"


def test_no_new_name_is_an_old_one():
    assert not set(OLD_NAMES) & set(OLD_NAMES.values())
    assert len(set(OLD_NAMES.values())) == len(OLD_NAMES)


def test_an_old_name_still_counts(tmp_path):
    assert show("settings.CONVERSATIONS['REPLY_TIMEOUT']", var=tmp_path, **{OLD: "7"}) == "7.0"


def test_an_old_name_in_the_file_still_counts(tmp_path):
    (tmp_path / ".env").write_text(f"{OLD}=8\nOPENUSER_AI_PROVIDER=Example\n")
    expression = "settings.CONVERSATIONS['REPLY_TIMEOUT'], settings.AVATARS['AI_LABEL_PROVIDER']"
    assert show(expression, var=tmp_path, OPENUSER_DOTENV=str(tmp_path / ".env")) == "(8.0, 'Example')"


def test_the_new_name_takes_precedence():
    environment = {OLD: "7", NEW: "9"}
    adopt_old_names(environment)
    assert environment == {OLD: "7", NEW: "9"}


@pytest.mark.parametrize("old", OLD_NAMES)
def test_every_old_name_gives_its_value_to_the_new_one(old):
    environment = {old: "value"}
    adopt_old_names(environment)
    assert environment == {old: "value", OLD_NAMES[old]: "value"}


def test_a_check_names_the_new_name(monkeypatch):
    monkeypatch.setenv(OLD, "7")
    found = [warning for warning in checks.run_checks() if warning.id == "openuser.W011"]
    assert [f"{OLD} → {NEW}" in warning.msg for warning in found] == [True]


def test_the_check_is_silent_about_new_names(monkeypatch):
    monkeypatch.setenv(NEW, "7")
    assert not [warning for warning in checks.run_checks() if warning.id == "openuser.W011"]
