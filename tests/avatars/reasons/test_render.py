"""Every failure code of a render has words; none is shown raw."""

import re

from django.utils import translation

from avatars.models import Render
from avatars.reasons import render as reasons
from tests.support.paths import ROOT

AVATARS = ROOT / "avatars"
# Where a render is made. What is refused before there is one (forms, services) has words of its own.
MAKERS = ("rendering", "pipeline", "inspection", "ai_label", "media/ffmpeg", "portraits", "studio", "speech", "engines")
CODES = re.compile(r'(?:code=|wrong\(|reason=)"([a-z_]+)"')
ON_PURPOSE = {"cancelled", "character_unknown", "content_id", "token_unusable"}


def raised() -> set[str]:
    files = [path for name in MAKERS for path in (AVATARS / name).rglob("*.py")]
    return {code for path in files for code in CODES.findall(path.read_text())} - ON_PURPOSE


def test_every_code_that_is_raised_has_words_and_advice():
    codes = raised()
    assert len(codes) > 30
    assert [code for code in sorted(codes) if not reasons.words(code) or reasons.words(code) == code] == []
    assert [code for code in sorted(codes) if not reasons.advice(code)] == []


def test_advice_is_in_the_language_of_whoever_reads():
    render = Render(status="failed", reason="disk_full", hint="The disk is full.")
    with translation.override("zh-hans"):
        assert render.advice == str(reasons.SPACE)
        assert render.advice != render.hint


def test_what_is_tried_again_by_itself_asks_nothing_of_anybody():
    render = Render(status="queued", reason="studio_died", hint="It is tried again.")
    assert render.advice == str(reasons.BY_ITSELF)
    assert Render(status="queued").advice == ""


def test_a_code_of_somebody_elses_engine_keeps_what_it_said():
    render = Render(status="failed", reason="gpu_on_fire", hint="Call the fire brigade.")
    assert render.reason_words == "gpu_on_fire"
    assert render.advice == "Call the fire brigade."
