"""Prepares an installation: migrations, the demonstration, an account to log in with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor

from openuser.bootstrap import database_choice, secrets_file
from openuser.demo.demo_operators import seed_operators
from openuser.demo.demo_seed import seed

ADMIN = "admin"
PASSWORD = "OPENUSER_ADMIN_PASSWORD"  # noqa: S105 - a name, not a password
TITLES = {database_choice.SQLITE: "SQLite", database_choice.POSTGRES: "PostgreSQL"}


@runtime_checkable
class Pooled(Protocol):
    """A connection to PostgreSQL with a pool."""

    def close_pool(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Login:
    """The account for the admin; the password is empty if it was changed."""

    name: str
    password: str


def prepare(*, admin_password: str = "") -> Login:
    """Create missing tables, the demonstration, and on the first run the account `admin`.

    Args:
        admin_password: a new password of the account; otherwise one is generated and saved in var/secrets.env, and
            `up` prints it for as long as it is valid.
    """
    for folder in (settings.VAR_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT):
        Path(folder).mkdir(parents=True, exist_ok=True)
    migrate()
    seed()
    return admin_account(admin_password)


def migrate() -> int:
    """Apply missing migrations. Returns how many."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    return len(plan)


def close_database() -> None:
    """Close this process's connections; the processes that it starts have their own."""
    own = connections[DEFAULT_DB_ALIAS]  # since Python 3.12 `isinstance` sees no method through `connection`, a proxy
    own.close()
    if isinstance(own, Pooled):
        own.close_pool()


def describe_database() -> str:
    """The database's kind and place, without its password."""
    config = connection.settings_dict
    own = getattr(settings, "OWN_DATABASE", "")
    if own:
        return f"{TITLES[own]} in {database_path(own)}"
    host = config.get("HOST") or config.get("OPTIONS", {}).get("host") or "this machine"
    return f"{connection.display_name} database {config['NAME']} on {host} (DATABASE_URL)"


def database_path(own: str) -> Path:
    """The path of one of the installation's own databases."""
    return Path(settings.VAR_DIR) / ("postgres" if own == database_choice.POSTGRES else "openuser.sqlite3")


def database_switch_note(before: str, now: str) -> str:
    """A note that `up` runs with another database than the last time."""
    return (
        f"{TITLES[now]} instead of {TITLES[before]}: these are two databases, and nothing is moved.\n"
        f"          What {database_path(before)} holds stays there: python3 manage.py up --db {before} returns to it."
    )


def admin_account(password: str) -> Login:
    """The account for the admin, created if no other account could log in."""
    account = User.objects.filter(username=ADMIN).first()
    if account is None:
        if not password and User.objects.filter(is_superuser=True, is_active=True).exists():
            return Login(name="", password="")
        account = User.objects.create_superuser(ADMIN, password=password or generated_password(make=True))
        seed_operators(account)  # once: a group that a person deletes stays away
    if password and not account.check_password(password):
        account.set_password(password)
        account.save(update_fields=["password"])
    told = password or generated_password(make=False)
    return Login(name=ADMIN, password=told if told and account.check_password(told) else "")


def generated_password(*, make: bool) -> str:
    """The generated password, created on request; empty if there is none."""
    path = settings.VAR_DIR / "secrets.env"
    if make:
        secrets_file.ensure(path, {PASSWORD: secrets_file.password})
    return str(getattr(settings, "ADMIN_PASSWORD", "")) or secrets_file.read(path).get(PASSWORD, "")
