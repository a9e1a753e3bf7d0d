#!/usr/bin/env python3
"""Django's command line. Outside a virtual environment it hands over to openuser/bootstrap.py, which makes one."""

import os
import sys


def main() -> None:
    """Run a command, in the project's own environment."""
    from openuser import bootstrap

    bootstrap.ensure(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", bootstrap.settings_for(sys.argv))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
