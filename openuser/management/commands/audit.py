"""`manage.py audit`: known vulnerabilities of the packages that servers and images install."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from openuser.management import audit

INSTALL = "Install it: .venv/bin/python -m pip install pip-audit"


class Command(BaseCommand):
    help = "Ask PyPI for known vulnerabilities of requirements/production.lock. Exit status 2: it could not be asked."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not audit.is_installed():
            raise CommandError(f"pip-audit is missing, so nothing was asked. {INSTALL}", returncode=2)
        result = audit.run()
        if result is None:
            raise CommandError("pip-audit gave up, so nothing is known. Its words are above.", returncode=2)
        for line in result.found:
            self.stdout.write(line)
        self.stdout.write(f"{result.asked} packages asked, {len(result.found)} vulnerabilities.")
        if result.found:
            raise CommandError("Renew these packages in requirements/, then their locks.", returncode=1)
        if result.unasked:
            some = ", ".join(result.unasked[:5])
            fault = f"Nothing is known of {len(result.unasked)} packages ({some} …): the index did not answer for them."
            raise CommandError(f"{fault} Ask again where pypi.org can be reached.", returncode=2)
