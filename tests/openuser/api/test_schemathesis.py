"""Schemathesis reads the schema and tries unexpected requests over HTTP, with all its checks.

The suite has its short form: the examples of the description, and a few calls at random for each operation, right ones
and wrong ones. SCHEMATHESIS_EXAMPLES=12 in the environment is the long one: every edge of every field, twelve calls at
random for each operation, and chains of calls.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openuser.demo.demo_seed import seed
from openuser.models import ApiClient
from tests.support.factories import make_api, make_application
from tests.support.paths import ROOT

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "")
PHASES = "examples,coverage,fuzzing,stateful" if EXAMPLES else "examples,fuzzing"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("demonstration_engines")
def test_schemathesis_finds_nothing(live_server, tmp_path, monkeypatch):
    # It sends hundreds of wrong tokens; those of other tests, whose cache is the same, are counted apart from them.
    monkeypatch.setattr("openuser.api.throttling.WRONG_TOKENS", 100_000)
    monkeypatch.setattr("openuser.api.throttling.client_network", lambda _request: "schemathesis")
    make_application(is_default=True)
    seed()
    api = make_api(*ApiClient.Scope.values, rate=100_000)
    token = api._credentials["HTTP_AUTHORIZATION"]
    line = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
        *(f"{live_server.url}/api/v1/openapi.json", "--header", f"Authorization: {token}", "--no-color"),
        *("--phases", PHASES, "--max-examples", EXAMPLES or "2", "--seed", "1"),
        # A voice preview may have to load the voices first.
        *("--suppress-health-check", "all", "--continue-on-failure", "--request-timeout", "120"),
        *("--wait-for-schema", "120"),
    ]
    found = subprocess.run(
        line,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    report = found.stdout.partition("= FAILURES =")[2] or found.stdout[-8000:]
    assert found.returncode == 0, report[:8000] + found.stderr[-2000:]
