"""Conformance checks: a correct engine passes all, and each fault fails its own check."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from avatars.conformance import recognition, render, speech
from avatars.conformance.base import Verdict, judged
from avatars.conformance.checks_by_kind import CHECKS
from avatars.engines.base import Shot
from tests.avatars.conformance import faulty_settings
from tests.avatars.conformance.faulty_engines import Animating, Listening, Speaking
from tests.support.paths import PHOTOGRAPH

SPEAKING = {
    "": set(),
    "raises": {"speaks"},
    "returns": {"speaks"},
    "integers": {"sound"},
    "loud": {"sound"},
    "silent": {"level"},
    "abrupt": {"ends"},
    "overlap": {"sounds"},
    "mute": {"sounds"},
    "shifted": {"words"},
    "backwards": {"progress"},
    "wordless": {"no-words"},
    "any_speed": {"speed-range"},
    "one_speed": {"speed"},
}
ANIMATING = {
    "": set(),
    "raises": {"animates"},
    "nothing": {"animates"},
    "short": {"length"},
    "float": {"shape"},
    "small": {"shape"},
    "mirrored": {"portrait"},
    "still": {"moves"},
    "random": {"same"},
    "paints": {"untouched"},
}
LISTENING = {
    "": set(),
    "raises": {"answers"},
    "returns": {"answers"},
    "deaf": {"chinese", "english"},
    "chinese_only": {"english"},
    "invents": {"silence", "noise"},
    "hears_hiss": {"noise"},
}
# What a fault spoils beside what it is about.
ALONG = {
    "integers": {"level", "ends"},
    "shifted": {"captions"},
    "float": {"portrait", "moves"},
    "small": {"portrait", "moves"},
    "paints": {"same", "portrait", "moves"},
    "returns": {"chinese", "english", "silence", "noise", "no-words", "speed-range", "speed"},
    "raises": {"chinese", "english", "silence", "noise", "no-words", "speed-range", "speed"},
    "loud": {"ends"},
}


def failing(kind, stage):
    return {check.key for check in CHECKS[kind] if judged(check, stage).verdict is Verdict.FAILED}


@pytest.mark.parametrize(("fault", "about"), SPEAKING.items())
def test_a_voice_with_a_fault_fails_the_check_that_is_about_it(fault, about):
    failed = failing("speech", speech.Speaker(Speaking(fault), voice="a"))
    assert about <= failed <= about | ALONG.get(fault, set())


@pytest.mark.parametrize(("fault", "about"), ANIMATING.items())
def test_an_animation_with_a_fault_fails_the_check_that_is_about_it(fault, about):
    portrait = np.asarray(Image.open(PHOTOGRAPH).convert("RGB").resize((200, 240))).copy()
    shot = Shot(portrait=portrait, speech=render.words(), fps=20)
    failed = failing("render", render.Studio(Animating(fault), shot))
    assert about <= failed <= about | ALONG.get(fault, set())


@pytest.mark.parametrize(("fault", "about"), LISTENING.items())
def test_a_listener_with_a_fault_fails_the_check_that_is_about_it(fault, about):
    failed = failing("recognition", recognition.Listener(Listening(fault), Speaking))
    assert about <= failed <= about | ALONG.get(fault, set())


def test_what_an_engine_cannot_say_is_not_asked_again():
    outcomes = [
        judged(check, stage) for stage in [speech.Speaker(Speaking("raises"), voice="a")] for check in speech.CHECKS
    ]
    assert outcomes[0].words.startswith("ZeroDivisionError: by nobody (faulty_engines.py:")
    assert {outcome.verdict for outcome in outcomes[1:8]} == {Verdict.NOT_RUN}


def run(*words, **environment):
    """The command, with no database to be reached."""
    return subprocess.run(
        [sys.executable, "manage.py", "conformance", *words],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.avatars.conformance.faulty_settings",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def rows_of(done):
    rows = json.loads(done.stdout)
    return {(row["engine"], row["check"]): row for row in rows}


@pytest.mark.slow
def test_the_command_lists_what_each_engine_fails_and_ends_with_1():
    done = run(
        "--json",
        "--language",
        "en",
        "--seconds",
        "200",
        "--engine",
        "abrupt",
        "--engine",
        "mirrored",
        "--engine",
        "invents",
    )
    rows = rows_of(done)
    assert done.returncode == 1, done.stderr
    failed = {key for key, row in rows.items() if row["verdict"] == "failed"}
    assert failed == {("abrupt", "ends"), ("mirrored", "portrait"), ("invents", "silence"), ("invents", "noise")}
    assert all(rows[key]["words"] and rows[key]["remedy"] for key in failed)
    assert "谢谢观看" in rows["invents", "silence"]["words"]


@pytest.mark.slow
@pytest.mark.thorough  # the command as above, with engines that test_a_voice_with_a_fault and others find right
def test_engines_that_keep_the_contract_end_it_with_0():
    done = run("--language", "zh-hans", "--engine", "speaking", "--engine", "animating")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == len(CHECKS["speech"]) + len(CHECKS["render"])


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "limit", "words"),
    [pytest.param("hang", "3", "took longer than 3 s", marks=pytest.mark.thorough), ("crash", "200", "died")],
)
def test_an_engine_that_crashes_is_named_and_ends_the_checks(name, limit, words):
    rows = rows_of(done := run("--json", "--language", "en", "--seconds", limit, "--engine", name))
    assert done.returncode == 1
    assert words in rows[name, "speaks"]["words"]
    assert {row["verdict"] for (_, check), row in rows.items() if check != "speaks"} == {"not_run"}


@pytest.fixture
def engines(settings):
    """The engines of the command's settings, in this process: what starts none needs no other."""
    for kind in ("SPEECH_ENGINES", "RENDER_ENGINES", "RECOGNITION_ENGINES"):
        setattr(settings, kind, getattr(faulty_settings, kind))


def test_one_that_is_not_set_up_says_what_it_lacks(engines, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("conformance", "--language", "en", "--engine", "openai", "--engine", "duix")
    assert ended.value.code == 1, "it was named, and nothing was checked"
    said = capsys.readouterr().out
    assert "OPENUSER_OPENAI_SPEECH_URL is empty" in said
    assert "OPENUSER_DUIX_URL is empty" in said
    assert f"0 failed, {len(CHECKS['speech']) + len(CHECKS['render'])} not run" in said


def test_an_unknown_name_is_answered_with_the_known_ones(engines):
    with pytest.raises(CommandError) as refused:
        call_command("conformance", "--engine", "nobody", "--language", "en")
    assert refused.value.returncode == 1
    assert "nobody" in str(refused.value)
    assert "kokoro" in str(refused.value)


def test_the_checks_can_be_listed(capsys):
    call_command("conformance", "--list", "--language", "en")
    said = capsys.readouterr().out
    assert all(check.key in said for checks in CHECKS.values() for check in checks)
