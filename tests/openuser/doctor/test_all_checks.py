"""The doctor of the installation: settings, database, broker, workers, beat, and what videos need."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core.diagnosis import Check, Finding, bad, good, run_checks
from openuser.doctor.all_checks import all_checks
from tests.support.paths import ROOT


def found(name: str) -> dict[str, Any]:
    """What one check says, alone, by the real command."""
    out = StringIO()
    with suppress(SystemExit):
        call_command("doctor", "--json", "--language", "en", "--only", name, stdout=out)
    (result,) = json.loads(out.getvalue())
    return dict(result)


def elsewhere(tmp_path, *names: str, **env: str) -> tuple[int, dict[str, Any]]:
    """What a process with another environment says, and its status."""
    line = [part for name in names for part in ("--only", name)]
    own = {"OPENUSER_BOOTSTRAP": "off", "DJANGO_SETTINGS_MODULE": "openuser.settings.test", "LANGUAGE_CODE": "en"}
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json", *line],
        env={**os.environ, **own, "OPENUSER_VAR_DIR": str(tmp_path), "TEST_DATABASE_URL": "", **env},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, {result["check"]: result for result in json.loads(done.stdout)}


class Stub(Check):
    """A check whose finding is given."""

    def __init__(self, name: str, finding: Finding | Exception, *, after: tuple[str, ...] = ()) -> None:
        self.id = self.title = name  # type: ignore[misc]
        self.after = after  # type: ignore[misc]
        self._finding = finding

    def run(self) -> Finding:
        if isinstance(self._finding, Exception):
            raise self._finding
        return self._finding


def test_a_check_is_skipped_after_what_it_needs_failed():
    checks = [
        Stub("broker", bad("down", "It is down.")),
        Stub("worker", RuntimeError("must not be asked"), after=("broker",)),
        Stub("video", RuntimeError("must not be asked"), after=("worker",)),
        Stub("database", good("It answers.")),
    ]
    levels = {result.check.id: result.finding for result in run_checks(checks)}
    assert [finding.level for finding in levels.values()] == ["bad", "skipped", "skipped", "good"]
    assert "broker" in levels["video"].words


def test_a_check_that_breaks_does_not_hide_the_others():
    results = list(run_checks([Stub("odd", RuntimeError("secret words")), Stub("fine", good("Well."))]))
    assert [result.finding.level for result in results] == ["bad", "good"]
    assert "secret words" not in results[0].finding.words


@pytest.mark.django_db
def test_no_two_checks_share_a_name_and_what_they_wait_for_exists():
    checks = all_checks()
    assert len({check.key for check in checks}) == len(checks)
    assert [check.id for check in checks][:5] == ["settings", "keys", "disk", "storage", "callback-door"]
    assert [check.id for check in checks][5:8] == ["acceptor", "spool", "database"]
    known = {check.id for check in checks}
    assert all(name in known for check in checks for name in check.after)


@pytest.mark.django_db
def test_the_list_names_every_check_and_a_wrong_name_is_refused():
    out = StringIO()
    call_command("doctor", "--list", stdout=out)
    assert len(out.getvalue().splitlines()) == len(all_checks())
    with pytest.raises(CommandError, match="nonsense"):
        call_command("doctor", "--only", "nonsense")


@pytest.mark.django_db
def test_lines_for_people_say_what_to_do_and_how_to_look_again(settings):
    settings.SITE_URL = "your-domain.com"
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("doctor", "--only", "settings", "--language", "en", stdout=out)
    assert end.value.code == 1
    assert "✗ Settings: SITE_URL is not a URL" in out.getvalue()
    assert "https://your-domain.com" in out.getvalue()
    assert "manage.py doctor --only settings" in out.getvalue()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SITE_URL", "your-domain.com", "address"),
        ("FIELD_KEYS", ["no key"], "field_keys"),
        ("LOG_LEVEL", "LOUD", "log_level"),
        ("DEBUG", True, "debug"),
        ("ALLOWED_HOSTS", ["other.example.com"], "allowed_hosts"),
    ],
)
@pytest.mark.django_db
def test_settings_that_do_not_fit(settings, name, value, code):
    setattr(settings, name, value)
    assert found("settings")["code"] == code


@pytest.mark.django_db
def test_a_disk_without_room_is_named_with_its_folder(settings):
    assert found("disk")["level"] == "good"
    settings.DISK_MIN_MB = 10**12
    finding = found("disk")
    assert finding["code"] == "disk_full"
    assert f"MB are free in {settings.VAR_DIR}" in finding["words"]


@pytest.mark.django_db
def test_the_redis_beside_another_broker_is_asked_too(settings):
    assert found("live-pages")["level"] == "good"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://:secretword@127.0.0.1:9/0"}}
    finding = found("live-pages")
    assert (finding["level"], finding["code"]) == ("warn", "redis_down")
    assert "127.0.0.1:9" in finding["words"]
    assert "secretword" not in finding["words"]


@pytest.mark.django_db
def test_nobody_works_and_the_clock_has_never_run():
    assert found("broker")["level"] == "good"
    assert found("worker")["code"] == "no_worker"
    assert found("render")["code"] == "no_render"
    assert (found("bulk")["level"], found("bulk")["code"]) == ("warn", "no_bulk")
    assert "-Q bulk" in found("bulk")["remedy"]
    assert found("beat")["code"] == "no_beat"


@pytest.mark.django_db
def test_beat_is_alive_for_a_minute_after_it_rang():
    every, _made = IntervalSchedule.objects.get_or_create(every=15, period="seconds")
    task = PeriodicTask.objects.create(name="sweep", task="openuser.sweep", interval=every, last_run_at=timezone.now())
    assert found("beat")["level"] == "good"
    PeriodicTask.objects.filter(pk=task.pk).update(last_run_at=timezone.now() - timedelta(minutes=5))
    finding = found("beat")
    assert finding["code"] == "no_beat"
    assert "Beat has not run since" in finding["words"]


@pytest.mark.django_db
def test_models_that_are_missing(settings, tmp_path):
    settings.SPEECH_ENGINES = {"kokoro": {"class": "x", "options": {"model_path": str(tmp_path / "none.onnx")}}}
    settings.RENDER_ENGINES = {"puppet": {"class": "x", "options": {"models": str(tmp_path)}}}
    (tmp_path / "face_landmarker.task").write_text("version https://git-lfs.github.com/spec/v1")
    assert found("speech-model")["code"] == "speech_model_missing"
    finding = found("face-models")
    assert finding["code"] == "face_model_missing"
    assert "face_landmarker.task" in finding["words"]


def test_a_database_that_does_not_answer_and_a_broker_that_is_down(tmp_path):
    status, results = elsewhere(
        tmp_path,
        *("database", "migrations", "broker", "worker", "public-url"),
        TEST_DATABASE_URL="postgres://somebody:secretword@127.0.0.1:9/openuser",
        TEST_BROKER_URL="redis://:secretword@127.0.0.1:9/0",
    )
    assert status == 1
    assert results["database"]["code"] == "database_down"
    assert results["broker"]["code"] == "broker_down"
    assert {results[name]["level"] for name in ("migrations", "worker", "public-url")} == {"skipped"}
    assert "127.0.0.1:9" in results["broker"]["words"]
    assert "secretword" not in json.dumps(results)


def test_tables_that_are_missing_and_an_ffmpeg_that_is_none(tmp_path):
    status, results = elsewhere(
        tmp_path, *("database", "migrations", "ffmpeg", "application"), IMAGEIO_FFMPEG_EXE=str(tmp_path / "ffmpeg")
    )
    assert status == 1
    assert results["database"]["level"] == "good"
    assert results["migrations"]["code"] == "not_migrated"
    assert results["ffmpeg"]["code"] == "ffmpeg_missing"
    assert results["application"]["level"] == "skipped"
