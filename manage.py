#!/usr/bin/env python3
"""Django's command line. Outside a virtual environment it hands over to `openuser.bootstrap`, which makes one."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  older ones can still read this file, and deserve words
    sys.exit(
        f"OpenUser needs Python 3.11 or newer; this is Python {sys.version.split()[0]}.\n"
        "  Install a newer one (python.org, your distribution, or pyenv) and run it by name: python3.11 manage.py up"
    )


def main() -> None:
    """Run a command, in the project's own environment."""
    from openuser.bootstrap import full_disk

    try:
        run()
    except Exception as error:
        if not full_disk.is_cause(error):
            raise
        sys.exit(full_disk.explanation(error))


def run() -> None:
    """Run the command, with words in the place of a traceback where the installation's database does not run."""
    from openuser.bootstrap import database_choice, environment

    environment.ensure(sys.argv)
    os.environ["DJANGO_SETTINGS_MODULE"] = environment.settings_for(sys.argv)
    if database_choice.asked_for(sys.argv):  # settings are read before options
        os.environ[database_choice.VARIABLE] = database_choice.asked_for(sys.argv)
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except unreachable_database():
        from django.conf import settings

        from openuser.servers import postgres

        folder = settings.VAR_DIR / "postgres"
        if getattr(settings, "OWN_DATABASE", "") != database_choice.POSTGRES or postgres.is_ready(folder):
            raise
        sys.exit(postgres.NOT_RUNNING.format(folder=folder))


def unreachable_database() -> type[Exception]:
    """What Django raises then; asked for only when something was raised."""
    from django.db import OperationalError

    return OperationalError


if __name__ == "__main__":
    main()
