"""A front door names what edges and other apps call, each name once."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.imports.contracts import CONTRACTS
from tests.support.paths import ROOT

APPS = ("avatars", "conversations", "scheduling", "wecom")
CALLERS = ("avatars", "conversations", "core", "openuser", "scheduling", "wecom", "tests/guide_app")
EDGES = {
    *("admin", "api", "apps", "auth", "bot", "checks", "content_serializers", "forms", "handlers", "management"),
    *("middleware", "pages", "personal_data", "receivers", "tasks", "thumbnails", "urls", "views"),
}
# Offered to the handlers of a company's own apps, as `wecom.bot` does for the rest.
FOR_OWN_APPS = {
    "avatars": set[str](),
    "conversations": {
        *("reply_to", "send_recording", "send_recording_of", "send_video_of", "video_of", "video_url_of", "watch_url"),
    },
    "scheduling": {"aschedule_wechat_message", "schedule_wechat_message"},
    "wecom": {"access_token", "upload_video"},
}
# Only tests call it, in processes of their own, which know the app by its front door.
FOR_TESTS = {"tidy_disk"}


def names_of(source: str) -> list[str]:
    """The public names of a front door, as often as they stand there."""
    names = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom):
            names += [alias.asname or alias.name for alias in node.names]
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return [name for name in names if not name.startswith("_")]


@cache
def nodes(source: str) -> list[ast.ImportFrom | ast.Attribute]:
    """What a module imports by name, and what it takes from something."""
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom | ast.Attribute)]


def calls(source: str, app: str) -> Iterator[str]:
    """The names that a module takes from a front door."""
    if app not in source:
        return
    found = nodes(source)
    imports = [node for node in found if isinstance(node, ast.ImportFrom)]
    aliases = {
        alias.asname or alias.name
        for node in imports
        if node.module == app
        for alias in node.names
        if alias.name == "services"
    }
    for door in imports:
        if door.module == f"{app}.services":
            yield from (alias.name for alias in door.names)
    for node in found:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            yield node.attr


def may_call(path: Path, app: str) -> bool:
    """Whether a module is an edge of the app or of another app."""
    first, *rest = path.relative_to(ROOT).with_suffix("").parts
    return first != app or rest[0] in EDGES


def door(app: str) -> str:
    return (ROOT / app / "services" / "__init__.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("app", APPS)
def test_each_name_of_a_front_door_is_called_from_outside(app):
    modules = (path for caller in CALLERS for path in (ROOT / caller).rglob("*.py") if may_call(path, app))
    called = {name for path in modules for name in calls(path.read_text(encoding="utf-8"), app)}
    assert set(names_of(door(app))) - called - FOR_OWN_APPS[app] - FOR_TESTS == set()


@pytest.mark.parametrize("app", APPS)
def test_a_front_door_names_each_thing_once(app):
    assert "__all__" not in door(app)
    assert [name for name, number in Counter(names_of(door(app))).items() if number > 1] == []


def test_a_call_is_seen_under_any_name_of_the_door():
    assert set(calls("from avatars import services as videos\nvideos.render()", "avatars")) == {"render"}
    assert set(calls("from avatars.services import render", "avatars")) == {"render"}
    assert set(calls("from wecom import services\nservices.render()", "avatars")) == set()


def values() -> list[Path]:
    """The modules that anyone may import, because they are values."""
    folders = [ROOT.joinpath(*name.split(".")) for name in CONTRACTS["3"]["values"]]
    return [path for folder in folders for path in (folder.with_suffix(".py"), *folder.rglob("*.py")) if path.is_file()]


def is_of_rows(source: str) -> bool:
    """Whether a module reads or writes rows."""
    attributes = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    return bool(attributes & {"objects", "save", "bulk_create", "atomic"})


def test_values_that_anyone_may_import_read_and_write_no_rows():
    assert len(values()) >= 50
    assert [path.relative_to(ROOT) for path in values() if is_of_rows(path.read_text(encoding="utf-8"))] == []


def test_a_module_of_rows_is_no_value():
    assert is_of_rows((ROOT / "conversations/sessions/plans.py").read_text(encoding="utf-8"))
