"""The audit of packages tells a vulnerability from a clean bill, and both from an index that was not asked."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from openuser.management import audit

FLAW = {"id": "CVE-2026-1", "fix_versions": ["6.0.5"], "aliases": [], "description": ""}
CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
FLAWED = {"name": "pyyaml", "version": "6.0.4", "vulns": [FLAW]}
# What pip-audit 2.10 writes where pypi.org is away, beside “No known vulnerabilities found”.
UNASKED = {"name": "celery", "skip_reason": "Dependency not found on PyPI and could not be audited: celery (5.7.0)"}
PROGRAM = """
import sys
assert "--require-hashes" in sys.argv
open(sys.argv[sys.argv.index("--output") + 1], "w").write({report!r})
"""


@pytest.fixture
def pip_audit(tmp_path: Path, monkeypatch):
    """A program in the place of pip-audit, which writes a report; without one it fails as without a network."""

    def install(*packages: dict) -> None:
        (tmp_path / "pip_audit").mkdir()
        (tmp_path / "pip_audit" / "__init__.py").touch()
        program = PROGRAM.format(report=json.dumps({"dependencies": packages})) if packages else "raise SystemExit(1)"
        (tmp_path / "pip_audit" / "__main__.py").write_text(program)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.syspath_prepend(tmp_path)

    return install


def status(words: str) -> int:
    with pytest.raises(CommandError, match=words) as caught:
        call_command("audit")
    return caught.value.returncode


def test_a_vulnerability_is_named_with_the_version_that_mends_it(pip_audit, capsys):
    pip_audit(CLEAN, FLAWED)
    assert status("Renew these packages") == 1
    told = capsys.readouterr().out
    assert "pyyaml 6.0.4: CVE-2026-1, mended in 6.0.5" in told
    assert "2 packages asked, 1 vulnerabilities." in told


def test_a_clean_bill_counts_what_was_asked(pip_audit, capsys):
    pip_audit(CLEAN)
    call_command("audit")
    assert "1 packages asked, 0 vulnerabilities." in capsys.readouterr().out


def test_what_the_index_does_not_answer_for_is_not_clean(pip_audit):
    pip_audit(CLEAN, UNASKED)
    assert status(r"Nothing is known of 1 packages \(celery") == 2


def test_a_report_that_was_not_written_is_not_clean(pip_audit):
    pip_audit()
    assert status("nothing is known") == 2


def test_without_the_program_the_command_says_how_to_get_it():
    if audit.is_installed():
        pytest.skip("pip-audit is installed.")
    assert status("pip install pip-audit") == 2
