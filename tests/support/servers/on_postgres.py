"""Tests on a PostgreSQL of their own: python -m tests.support.servers.on_postgres PATH …   Words go to pytest."""

import os
import subprocess
import sys

from openuser.servers import postgres
from tests.support.paths import ROOT


def main(words: list[str]) -> int:
    """Run pytest; its exit status."""
    with postgres.running() as url:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "openuser.settings.test", "TEST_DATABASE_URL": url}
        line = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *words]
        return subprocess.run(line, cwd=ROOT, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
