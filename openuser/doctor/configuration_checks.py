"""Checks of the settings, the database and its migrations."""

import logging
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.diagnosis import Check, Finding, bad, good, warn

CONNECT_SECONDS = 3


class Settings(Check):
    """The settings are consistent."""

    id = "settings"
    title = gettext_lazy("Settings")

    def run(self) -> Finding:
        for name, url in (("SITE_URL", settings.SITE_URL), ("WECHAT_WEBHOOK_URL", settings.WECOM["WEBHOOK_URL"])):
            invalid = _invalid_url(name, url) if url else None
            if invalid is not None:
                return invalid
        try:
            keys = [Fernet(key) for key in settings.FIELD_KEYS]
        except ValueError:
            keys = []
        if not keys:
            remedy = _(
                "Generate one: python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
            )
            return bad("field_keys", _("OPENUSER_FIELD_KEYS has no key, or an invalid one."), remedy=remedy)
        if settings.LOG_LEVEL not in logging.getLevelNamesMapping():
            remedy = _("Set DEBUG, INFO, WARNING or ERROR.")
            return bad("log_level", _("LOG_LEVEL is unknown: %s.") % settings.LOG_LEVEL, remedy=remedy)
        if settings.DEBUG:
            remedy = _("Remove DEBUG from the environment of a server.")
            return warn("debug", _("DEBUG is on: error pages show internals."), remedy=remedy)
        return good(_("They are consistent."))


class Database(Check):
    """The database is reachable."""

    id = "database"
    title = gettext_lazy("Database")

    def run(self) -> Finding:
        error = database_failure()
        if error is not None:
            text = _("The database does not answer (%(name)s at %(place)s: %(error)s).")
            sentence = text % {"name": connection.vendor, "place": _place(), "error": type(error).__name__}
            remedy = _("Start it, and check the host, port, name, user and password in DATABASE_URL.")
            return bad("database_down", sentence, remedy=remedy)
        return good(_("%(name)s at %(place)s answers.") % {"name": connection.vendor, "place": _place()})


class Migrations(Check):
    """All migrations are applied."""

    id = "migrations"
    title = gettext_lazy("Tables")
    after = ("database",)

    def run(self) -> Finding:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            fault = _("%d migrations of this version are missing.") % len(plan)
            return bad("not_migrated", fault, remedy=_("Run “python3 manage.py migrate”."))
        return good(_("They are up to date."))


def database_failure() -> Exception | None:
    """The error of a connection to the database, within seconds: the pool would retry for longer."""
    driver: Any = connection.Database  # type: ignore[attr-defined]
    try:
        if connection.vendor == "postgresql":
            driver.connect(**{**connection.get_connection_params(), "connect_timeout": CONNECT_SECONDS}).close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, driver.Error, ImproperlyConfigured) as error:
        return error
    return None


def _invalid_url(name: str, url: str) -> Finding | None:
    """The problem of a URL setting, including a host that Django would reject."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        fault = _("%(name)s is not a URL: %(url)s.") % {"name": name, "url": url}
        return bad("address", fault, remedy=_("Write it like https://your-domain.com, with https:// in front."))
    if not validate_host(parts.hostname, settings.ALLOWED_HOSTS):
        fault = _("ALLOWED_HOSTS does not have %(host)s, the host of %(name)s: every request is answered with 400.")
        remedy = _("Add it to ALLOWED_HOSTS and restart.")
        return bad("allowed_hosts", fault % {"host": parts.hostname, "name": name}, remedy=remedy)
    return None


def _place() -> str:
    """The place of the database, without user and password."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(config["NAME"])
    return f"{config.get('HOST') or 'localhost'}:{config.get('PORT') or 5432}/{config['NAME']}"
