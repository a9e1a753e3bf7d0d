#!/usr/bin/env python3
"""Django's command line. Outside a virtual environment it hands over to openuser/bootstrap.py, which makes one."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  older ones can still read this file, and deserve words
    sys.exit(
        f"OpenUser needs Python 3.11 or newer; this is Python {sys.version.split()[0]}.\n"
        "  Install a newer one (python.org, your distribution, or pyenv) and run it by name: python3.11 manage.py up"
    )


def main() -> None:
    """Run a command, in the project's own environment."""
    from openuser import bootstrap

    bootstrap.ensure(sys.argv)
    os.environ["DJANGO_SETTINGS_MODULE"] = bootstrap.settings_for(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
