"""Every visible text has its Chinese: source strings are looked up in the compiled catalogue."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.utils import translation

from openuser.roles import ROLE_PERMISSIONS
from tests.support.paths import ROOT

APPS = ("openuser", "wecom", "avatars", "conversations", "scheduling", "core")
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}
THE_SAME = {"EncodingAESKey"}
IN_TEMPLATES = re.compile(r"""{%\s*translate\s+(["'])(.+?)\1""")
BLOCKS = re.compile(r"{%\s*blocktranslate(.*?)%}(.*?){%\s*endblocktranslate", re.DOTALL)


def forms_of(options: str, content: str) -> list[str]:
    """The texts that Django looks up for a block, singular and plural: of a trimmed one, the lines of each as one."""
    forms = re.split(r"{%\s*plural\s*%}", content)
    if "trimmed" not in options:
        return forms
    return [" ".join(line.strip() for line in form.strip().splitlines()) for form in forms]


def catalogue() -> gettext.NullTranslations:
    return gettext.translation("django", ROOT / "openuser/locale", ["zh_Hans"])


def sources(folder: str, suffix: str) -> Iterator[Path]:
    for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
        if not {"migrations", "emulator"} & set(path.parts):
            yield path


def names_of_gettext(tree: ast.AST) -> set[str]:
    """What a module calls the functions, such as `now` for `gettext as now`."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = [name for node in imports if node.module == "django.utils.translation" for name in node.names]
    return {name.asname or name.name for name in names if name.name in CALLS}


def strings_of(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    calls = CALLS | names_of_gettext(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0]
        if name in calls and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def strings_in_context(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"pgettext", "pgettext_lazy", "npgettext"}:
            context, text = (ast.literal_eval(one) for one in node.args[:2])
            yield context, text


def test_every_string_that_depends_on_its_context_is_translated():
    known = catalogue()
    found = [pair for app in APPS for path in sources(app, ".py") for pair in strings_in_context(path)]
    assert ("of a transition", "to") in found
    assert [pair for pair in found if known.pgettext(*pair) == pair[1]] == []


def test_sessions_of_flows_and_of_accounts_have_two_names():
    known, words = catalogue(), ("%d session was ended.", "%d sessions were ended.")
    assert "会话实例" in known.ngettext(*words, 1)
    assert "登录会话" in known.npgettext("of an account", *words, 1)


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
        blocks = [forms_of(*found) for found in BLOCKS.findall(source)]
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


def test_models_of_the_admin_have_chinese_names():
    with translation.override("zh-hans"):
        names = {str(name) for model in admin.site._registry for name in names_of_model(model)}
    assert [name for name in names if name.isascii()] == []


def names_of_model(model: type[Model]) -> tuple[object, object]:
    return model._meta.verbose_name, model._meta.verbose_name_plural


def test_permissions_of_our_own_are_translated():
    known = catalogue()
    names = [str(name) for label in ROLE_PERMISSIONS for _code, name in apps.get_model(label)._meta.permissions]
    assert "Can publish a flow" in names
    assert [name for name in names if known.gettext(name) == name] == []


def test_licences_with_words_are_translated():
    known = catalogue()
    files = [path.read_text() for path in sources("avatars", ".py")]
    texts = [text for file in files for text in re.findall(r'^LICENCE = "(.+)"$', file, re.MULTILINE)]
    assert len(texts) > 5
    assert [text for text in texts if known.gettext(text) == text] == []
