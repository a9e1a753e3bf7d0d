"""Every visible text has its Chinese: source strings are looked up in the compiled catalogue."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.paths import ROOT

APPS = ("openuser", "wecom", "avatars", "conversations", "scheduling", "core")
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
THE_SAME = {"EncodingAESKey"}
IN_TEMPLATES = re.compile(r"""{%\s*translate\s+(["'])(.+?)\1""")
BLOCKS = re.compile(r"{%\s*blocktranslate.*?%}(.*?){%\s*endblocktranslate", re.DOTALL)


def catalogue() -> gettext.NullTranslations:
    return gettext.translation("django", ROOT / "openuser/locale", ["zh_Hans"])


def sources(folder: str, suffix: str) -> Iterator[Path]:
    for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
        if not {"migrations", "emulator"} & set(path.parts):
            yield path


def strings_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0]
        if name in CALLS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def strings_in_context(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"pgettext", "pgettext_lazy"}:
            context, text = (ast.literal_eval(one) for one in node.args[:2])
            yield context, text


def test_every_string_that_depends_on_its_context_is_translated():
    known = catalogue()
    found = [pair for app in APPS for path in sources(app, ".py") for pair in strings_in_context(path)]
    assert ("of a flow", "state") in found
    assert [pair for pair in found if known.pgettext(*pair) == pair[1]] == []


def test_every_string_of_the_code_is_translated():
    known = catalogue()
    missing = [
        f"{path.relative_to(ROOT)}: {text}"
        for app in APPS
        for path in sources(app, ".py")
        for text in strings_of(path)
        if text not in THE_SAME and known.gettext(text) == text and known.ngettext(text, text, 2) == text
    ]
    assert missing == []


def test_every_string_of_the_templates_is_translated():
    known = catalogue()
    missing = []
    for path in sources("templates/admin", ".html"):
        source = path.read_text()
        texts = [text for _, text in IN_TEMPLATES.findall(source)]
        blocks = [re.split(r"{%\s*plural\s*%}", block) for block in BLOCKS.findall(source)]
        texts += [re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", forms[0]) for forms in blocks]
        missing += [
            f"{path.name}: {text}"
            for text in texts
            if known.gettext(text) == text and known.ngettext(text, text, 2) == text
        ]
    assert missing == []


def test_placeholders_are_kept():
    source = (ROOT / "openuser/locale/zh_Hans/LC_MESSAGES/django.po").read_text()
    marks = re.compile(r"%\(\w+\)[.0-9]*[a-z]|%[sd]")
    for entry in source.split("\n\n"):
        if "msgid_plural" in entry or "msgstr" not in entry:
            continue
        original, translated = entry.split("msgstr", 1)
        if translated.strip(' "\n'):
            assert sorted(marks.findall(original)) == sorted(marks.findall(translated)), entry
