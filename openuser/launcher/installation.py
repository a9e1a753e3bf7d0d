"""Bringing an installation up to date: the tables, the demonstration, and an account to log in with."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from openuser.bootstrap import database_choice
from openuser.demo.seed import seed
from openuser.settings import secrets

ADMIN = "admin"
PASSWORD = "OPENUSER_ADMIN_PASSWORD"  # noqa: S105  the name of a setting
TITLES = {database_choice.SQLITE: "SQLite", database_choice.POSTGRES: "PostgreSQL"}


@runtime_checkable
class Pooled(Protocol):
    """A connection to PostgreSQL, which keeps more of them ready."""

    def close_pool(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Login:
    """How to get into the admin; the password is empty when a person has set their own."""

    name: str
    password: str


def prepare(*, admin_password: str = "") -> Login:
    """Make the tables and the demonstration where they are missing, and the account `admin` on the first run.

    Args:
        admin_password: sets the account's password to this one; otherwise one is generated and noted in
            var/secrets.env, from where it is told again as long as it opens the account.
    """
    for folder in (settings.VAR_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT):
        Path(folder).mkdir(parents=True, exist_ok=True)
    migrate()
    seed()
    return admin_account(admin_password)


def migrate() -> int:
    """Apply what the database does not have yet; how many migrations that were."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    return len(plan)


def leave_database() -> None:
    """End this process's own connections: it only prepared what others work with."""
    connection.close()
    if isinstance(connection, Pooled):
        connection.close_pool()


def database_in_words() -> str:
    """Which database this is, and where; without its password."""
    given = connection.settings_dict
    own = getattr(settings, "OWN_DATABASE", "")
    if own:
        return f"{TITLES[own]} in {place_of(own)}"
    host = given.get("HOST") or given.get("OPTIONS", {}).get("host") or "this machine"
    return f"{connection.display_name} database {given['NAME']} on {host} (DATABASE_URL)"


def place_of(own: str) -> Path:
    """Where one of the installation's own databases lies."""
    return Path(settings.VAR_DIR) / ("postgres" if own == database_choice.POSTGRES else "openuser.sqlite3")


def switched(before: str, now: str) -> str:
    """Words for whoever started with another database than the last time."""
    return (
        f"{TITLES[now]} instead of {TITLES[before]}: these are two databases, and nothing is moved.\n"
        f"          What {place_of(before)} holds stays there: python3 manage.py up --db {before} returns to it."
    )


def admin_account(password: str) -> Login:
    """The account for the admin; made when nobody could log in otherwise."""
    account = User.objects.filter(username=ADMIN).first()
    if account is None:
        if not password and User.objects.filter(is_superuser=True, is_active=True).exists():
            return Login(name="", password="")
        account = User.objects.create_superuser(ADMIN, password=password or noted_password(make=True))
    if password and not account.check_password(password):
        account.set_password(password)
        account.save(update_fields=["password"])
    told = password or noted_password(make=False)
    return Login(name=ADMIN, password=told if told and account.check_password(told) else "")


def noted_password(*, make: bool) -> str:
    """The generated password in var/secrets.env; empty if there is none and none is to be made."""
    path = settings.VAR_DIR / "secrets.env"
    if make:
        secrets.ensure(path, {PASSWORD: secrets.password})
    return os.environ.get(PASSWORD) or secrets.read(path).get(PASSWORD, "")
