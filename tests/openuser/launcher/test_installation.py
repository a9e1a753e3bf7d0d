"""Preparing an installation: the account for the admin, and the tables."""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from openuser.launcher import installation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var_folder(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    monkeypatch.delenv(installation.PASSWORD, raising=False)
    return tmp_path


def test_the_first_run_makes_an_account_and_every_run_tells_its_password(var_folder):
    first = installation.admin_account("")
    assert first.name == "admin"
    assert len(first.password) == 16
    account = User.objects.get(username="admin")
    assert account.is_superuser
    assert account.check_password(first.password)
    assert installation.admin_account("") == first
    assert User.objects.count() == 1


def test_a_password_that_somebody_set_is_not_told(var_folder):
    installation.admin_account("")
    account = User.objects.get()
    account.set_password("their own words")
    account.save()
    assert installation.admin_account("") == installation.Login(name="admin", password="")


def test_a_given_password_is_set_and_told_but_not_noted(var_folder):
    installation.admin_account("")
    login = installation.admin_account("for a demonstration")
    assert login.password == "for a demonstration"
    assert User.objects.get().check_password("for a demonstration")
    assert "for a demonstration" not in (var_folder / "secrets.env").read_text()


def test_where_others_can_log_in_no_account_is_made(var_folder):
    User.objects.create_superuser("grace", password="x" * 12)
    assert installation.admin_account("") == installation.Login(name="", password="")
    assert not User.objects.filter(username="admin").exists()


@pytest.mark.databases
def test_an_up_to_date_database_is_left_alone():
    assert installation.migrate() == 0


def test_preparing_twice_is_preparing_once(var_folder):
    first = installation.prepare()
    assert (var_folder / "static").is_dir()
    assert installation.prepare() == first
    assert User.objects.count() == 1


@pytest.mark.databases
def test_a_database_of_somebody_else_is_named_with_where_that_is_said(settings):
    words = installation.describe_database()
    assert words.endswith("(DATABASE_URL)")
    assert str(settings.DATABASES["default"]["NAME"]) in words


@pytest.mark.parametrize(
    ("own", "words"), [("sqlite", "SQLite in {}/openuser.sqlite3"), ("postgres", "PostgreSQL in {}/postgres")]
)
def test_a_database_of_ones_own_is_named_with_its_place(settings, var_folder, own, words):
    settings.OWN_DATABASE = own
    assert installation.describe_database() == words.format(var_folder)


@pytest.mark.django_db(transaction=True)
@pytest.mark.databases
def test_a_closed_database_has_neither_connection_nor_pool():
    connection.ensure_connection()
    installation.close_database()
    assert connection.connection is None
    assert "default" not in getattr(connection, "_connection_pools", {})
