"""Imports past a door are planted in modules that no list names, and each is refused."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests.architecture.imports.contracts import CONTRACTS, contract, imports
from tests.support.paths import ROOT

APPS = ("openuser", "scheduling", "conversations", "avatars", "wecom")
EDGES = ("admin", "api", "handlers", "management.commands", "pages", "receivers", "tasks", "views")
STRANGERS = ("avatars", "wecom")  # contract 1 keeps them apart
# Each way to write an import of a module that lies in a folder.
WAYS = (
    "from {folder} import {name}\n",
    "import {folder}.{name}\n",
    "from {folder}.{name} import anything\n",
    "def later():\n    from {folder} import {name}\n    return {name}\n",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {folder}.{name} import Anything\n",
    "try:\n    import {folder}.{name} as other\nexcept ImportError:\n    other = None\n",
)
# Folders in which nothing works: doors, edges, values, and what runs as a process of its own.
NO_WORKINGS = {
    "openuser": {"admin", "api", "management", "pages", "models", "settings", "locale", "static", "wsgi"},
    "scheduling": {"admin", "api", "content_kinds", "management", "models", "services"},
    "conversations": {"admin", "api", "machine", "management", "models", "services", "wording"},
    "avatars": {"admin", "api", "forms", "management", "models", "reasons", "services"},
    "wecom": {"admin", "api", "contents", "emulator", "management", "messages", "models", "services"},
}


# Modules in such folders that are open all the same: values, and the doors of the rooms in the roof.
OPEN_MODULES = {
    "agenda.agenda_entries",
    "conformance.base",
    "flows.default_names",
    "flows.differences",
    "backup.creation",
    "backup.exceptions",
    "backup.keys",
    "backup.passphrase",
    "backup.places",
    "backup.restoration",
    "backup.schedule",
    "bootstrap.database_choice",
    "demo.demo_seed",
    "doctor.all_checks",
    "doctor.process_checks",
    "incidents.admin",
    "incidents.alerts",
    "incidents.incident_watch",
    "launcher.console",
    "launcher.disk_watch",
    "launcher.installation",
    "launcher.instance_lock",
    "launcher.left_socket",
    "launcher.listener",
    "launcher.ports",
    "launcher.programs",
    "launcher.reloader",
    "launcher.supervisor",
    "metrics.auth_failures",
    "metrics.exposition",
    "second_factor.devices",
    "servers.chromium",
    "servers.postgres",
    "servers.server_processes",
    "settings.environment",
    "webhooks.services",
}


def folders(app: str) -> list[str]:
    names = {path.parent.name for path in (ROOT / app).glob("*/__init__.py")}
    return sorted(names - NO_WORKINGS[app] - {"migrations"})


def workings(app: str) -> Iterator[str]:
    """A module of each folder in which an app works, and of each folder that has a door."""
    for folder in (*folders(app), "services", "models"):
        modules = sorted(f"{folder}.{path.stem}" for path in (ROOT / app / folder).glob("*.py"))
        inner = [name for name in modules if not name.endswith(".__init__")]
        yield from (f"{app}.{name}" for name in [name for name in inner if name not in OPEN_MODULES][:1])


def plants() -> list[tuple[str, str]]:
    """A new module, and the working that it imports: of its own app in each edge, and of the apps below."""
    within = [(f"{app}.{edge}", working) for app in APPS for edge in EDGES for working in workings(app)]
    across = [
        (f"{app}.models", working)
        for number, app in enumerate(APPS)
        for below in APPS[number + 1 :]
        for working in workings(below)
        if (app, below) != STRANGERS
    ]
    return [(f"{folder}.planted_{number}", working) for number, (folder, working) in enumerate(within + across)]


def test_every_import_past_a_door_is_refused():
    planted = plants()
    graph = imports()
    assert len(planted) >= 500
    assert {working for _, working in planted} <= graph.modules
    for importer, imported in planted:
        assert importer not in graph.modules
        graph.add_module(importer)
        graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    assert sorted(set(planted) - set(contract("3").check(graph, verbose=False).metadata["refused"])) == []


def test_no_import_past_a_door_is_let_through_by_name():
    assert set(CONTRACTS["3"]["ignore_imports"]) == {
        "openuser.settings.emulator -> wecom.emulator.settings",
        "openuser.asgi -> wecom.middleware",
        "openuser.wsgi -> wecom.middleware",
    }


def test_a_refused_import_is_named_however_it_is_written(tmp_path):
    for app in (*APPS, "core"):
        shutil.copytree(
            ROOT / app, tmp_path / app, ignore=lambda folder, names: [n for n in names if is_no_code(folder, n)]
        )
    for name in ("__init__.py", "architecture/__init__.py", "architecture/imports/doors.py"):
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    # A folder beside a module of the same name would hide it, so the module stands for its edge there.
    planted = [(importer, imported) for importer, imported in plants() if (path_of(tmp_path, importer).parent).is_dir()]
    for (importer, imported), way in zip(planted, cycle(WAYS), strict=False):
        folder, _, name = imported.rpartition(".")
        path_of(tmp_path, importer).write_text(way.format(folder=folder, name=name), encoding="utf-8")
    linter = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    told = subprocess.run(linter, cwd=tmp_path, env={"COLUMNS": "400"}, capture_output=True, text=True, check=False)
    lines = told.stdout.splitlines()
    assert len(planted) >= 60
    assert told.returncode == 1
    assert [pair for pair in planted if f"- {' -> '.join(pair)}" not in lines] == []


def is_no_code(folder: str, name: str) -> bool:
    path = Path(folder, name)
    return name == "__pycache__" or (path.is_file() and path.suffix != ".py")


def path_of(root: Path, module: str) -> Path:
    return root.joinpath(*module.split(".")).with_suffix(".py")
