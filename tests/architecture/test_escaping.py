"""Django escapes what people wrote; no template and no module says that it is safe as it is."""

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

OURS = ("avatars", "conversations", "core", "openuser", "scheduling", "wecom")
MARKED_SAFE = re.compile(
    r"\|\s*safe(?:seq)?\b|autoescape\s+off|\bmark_safe\b|\bSafe(?:String|Text)\(|def __html__|S308|S703"
)
# HTML of this server, put into a page by its own script: rendered by a template, and so escaped.
FROM_THE_SERVER = {
    "openuser/static/openuser/doctor.js": 2,
    "avatars/static/avatars/engine_comparison.js": 1,
    "avatars/static/avatars/video_player.js": 1,
    "conversations/static/conversations/graph_editor.js": 2,
    "scheduling/static/scheduling/audience.js": 1,
    "scheduling/static/scheduling/cards.js": 1,
    "scheduling/static/scheduling/rules.js": 1,
}
WRITES_HTML = re.compile(r"(?:inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc")


def files(*kinds: str) -> list[Path]:
    folders = [ROOT / "templates", *(ROOT / label for label in OURS)]
    return [path for folder in folders for kind in kinds for path in sorted(folder.rglob(f"*.{kind}"))]


def found(pattern: re.Pattern[str], *kinds: str) -> dict[str, int]:
    """How often each file has a match."""
    counts = {
        str(path.relative_to(ROOT)): len(pattern.findall(path.read_text(encoding="utf-8"))) for path in files(*kinds)
    }
    return {path: count for path, count in counts.items() if count}


def test_no_template_and_no_module_marks_text_as_safe():
    assert len(files("html", "svg", "txt", "py")) > 500
    assert found(MARKED_SAFE, "html", "svg", "txt", "py") == {}


def test_no_script_writes_html_that_the_server_did_not_render():
    assert len(files("js")) > 40
    assert found(WRITES_HTML, "js") == FROM_THE_SERVER


@pytest.mark.parametrize(
    "line",
    ["{{ words|safe }}", "{{ words | safeseq }}", "{% autoescape off %}", "mark_safe(text)", "SafeString(text)"],
)
def test_a_line_that_marks_text_as_safe_is_found(line):
    assert MARKED_SAFE.search(line)
