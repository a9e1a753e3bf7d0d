"""Templates are laid out: a reader sees a line whole, and a change shows where it is."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 250


def _templates() -> list[Path]:
    rooms = (
        ROOT / name for name in ("templates", "avatars", "conversations", "core", "openuser", "scheduling", "wecom")
    )
    return sorted(path for room in rooms for path in room.rglob("*.html"))


def test_no_line_of_a_template_is_longer_than_a_reader_sees() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _templates()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert long == [], (
        "Break the line between the attributes of a tag, or beside a tag of a block: there whitespace is not shown. "
        "A long text stands in `blocktranslate trimmed`."
    )


def test_all_templates_are_read() -> None:
    assert len(_templates()) > 150
