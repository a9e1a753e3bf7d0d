"""The page's texts: the same names in both languages, and none that a page or script asks for is missing."""

import re

from tests.support.paths import ROOT

STATIC = ROOT / "wecom" / "emulator" / "static"
PHONE = ROOT / "wecom" / "emulator" / "templates" / "emulator" / "phone.html"


def names(language: str) -> list[str]:
    text = (STATIC / "shared" / f"texts_{language}.js").read_text()
    return re.findall(r'^  "?([\w.]+)"?: "', text, re.MULTILINE)


def test_both_languages_have_the_same_texts() -> None:
    assert names("zh") == names("en")


def test_every_text_that_is_asked_for_exists() -> None:
    scripts = "\n".join(path.read_text() for path in STATIC.rglob("*.js"))
    asked = set(re.findall(r'\bt\("([\w.]+)"', scripts))
    asked |= set(re.findall(r'data-(?:text|label|placeholder)="([^"]+)"', PHONE.read_text()))
    assert len(asked) > 80
    assert asked <= set(names("en"))
