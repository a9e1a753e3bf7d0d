"""What the documents at the root name is there: files they link to, modules and functions, models and their keys."""

import importlib
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, ForeignKey, ManyToManyField, Model, OneToOneField

from core.interchange.yaml_text import DEEPEST, LARGE, SMALL
from openuser.api.pagination import CursorPages
from openuser.celery import app
from openuser.settings.environment import OLD_NAMES
from scheduling.audience.uploaded_lists import KEPT, PREVIEWED
from scheduling.campaigns.moments import MOST_CAUGHT_UP
from tests.support.paths import ROOT
from wecom.outbox.enqueue import MAX_RECIPIENTS

OURS = ("avatars", "conversations", "core", "openuser", "scheduling", "wecom")
DOCUMENTS = sorted(
    path
    for path in (
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("docker/*.md"),
        *ROOT.glob("tests/*.md"),
        *(one for label in OURS for one in ROOT.glob(f"{label}/**/*.md")),
    )
)
NAMED = re.compile(rf"`((?:{'|'.join(OURS)})(?:\.\w+)+)`")
PATH = re.compile(rf"`((?:{'|'.join((*OURS, 'tests', 'docs', 'templates'))})/[a-z][\w./-]*)`")
MODULE = re.compile(r"`([a-z_0-9]+(?:/[a-z_0-9]+)+\.py)`")
HISTORY = {ROOT / "CHANGELOG.md", ROOT / "docs/upgrading.md", *ROOT.glob("docs/decisions/*.md")}
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)")
ANCHOR = re.compile(r"\]\(#([^)\s]+)\)")
EDGE = re.compile(r"^\s+(\w+) (\S+) (\w+) : (\w+)$", re.M)
KEYS = {
    "}o--||": (ForeignKey, False),
    "}o--o|": (ForeignKey, True),
    "|o--||": (OneToOneField, False),
    "|o--o|": (OneToOneField, True),
    "}o--o{": (ManyToManyField, False),
}
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def models() -> dict[str, type[Model]]:
    return {model.__name__: model for label in OURS for model in apps.get_app_config(label).get_models()}


def slugs(path: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    heads = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@cache
def tasks() -> set[str]:
    """The names of all tasks. To look for their modules takes 0.1 s."""
    app.loader.import_default_modules()
    return set(app.tasks)


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, something in one, or the name of a task."""
    if name in tasks():
        return True
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def rows_of(table: str) -> Iterator[str]:
    yield from re.findall(r"^\| [^|]*\| [^|]*\| ([^|]*)\|", table, re.M)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    broken = [anchor for anchor in ANCHOR.findall(text) if anchor not in slugs(path)]
    for target, anchor in LINK.findall(text):
        if re.match(r"\w+:", target):
            continue
        place = (path.parent / target).resolve()
        if not place.exists() or (anchor and place.is_file() and anchor not in slugs(place)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_module_and_function_that_is_named_exists(name: str):
    named = set(NAMED.findall((ROOT / name).read_text(encoding="utf-8")))
    assert sorted(one for one in named if not is_there(one)) == []


@pytest.mark.parametrize("path", sorted(set(DOCUMENTS) - HISTORY), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_exists(path: Path):
    text = path.read_text(encoding="utf-8")
    named = {*PATH.findall(text), *MODULE.findall(text)}
    places = (ROOT, path.parent, ROOT / "tests", *(ROOT / label for label in OURS))
    assert sorted(one for one in named if not any((place / one).exists() for place in places)) == []


def test_every_key_of_the_model_diagram_is_a_field():
    edges, known = EDGE.findall(ARCHITECTURE), models()
    assert len(edges) > 30
    wrong = []
    for owner, sign, target, name in edges:
        field = known[owner]._meta.get_field(name)
        kind, null = KEYS[sign]
        assert isinstance(field, Field)
        if (type(field), field.related_model, field.null) != (kind, known[target], null):
            wrong.append(f"{owner}.{name}")
    assert wrong == []


def test_every_model_of_the_glossary_exists():
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    named = {name for cell in rows_of(glossary) for name in re.findall(r"`([A-Z]\w+)`", cell)}
    assert len(named) > 30
    assert sorted(named - {*models(), "Work"}) == []


def test_a_number_beside_the_name_of_its_setting_is_its_default():
    reference = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    defaults = dict(re.findall(r"^\| `(\w+)` \| `(\d+)(?:\.0)?` \|", reference, re.M))
    told = [
        (path.relative_to(ROOT).as_posix(), *pair)
        for path in DOCUMENTS
        if path not in HISTORY and path.name != "settings.md"
        for pair in numbers_of_settings(path.read_text(encoding="utf-8"))
    ]
    assert {path for path, _name, _number in told} >= {"README.md", "README.zh-CN.md", "docs/operations.md"}
    assert len(told) > 40
    assert [row for row in told if row[2] != defaults.get(row[1])] == []


def numbers_of_settings(text: str) -> Iterator[tuple[str, str]]:
    """Each name of a setting with the number that stands beside it, in a table or in a sentence."""
    for number, name in re.findall(r"([\d,]*\d)(?: \| `| \w+ \(`)([A-Z][A-Z_0-9]+)`", text):
        yield name, number.replace(",", "")  # … | 1,000 | `NAME` | and: 1,000 members (`NAME`)
    for name, number in re.findall(r"(?<!, )`([A-Z][A-Z_0-9]+)`(?: \| `?| \()(\d[\d,]*)(?:`|\)| days| seconds)", text):
        yield name, number.replace(",", "")  # | `NAME` | 30 days | and | `NAME` | `30` | and: `NAME` (30)


@pytest.mark.parametrize(
    ("path", "sentence", "limit"),
    [
        ("scheduling/README.md", "previewed for an hour", timedelta(hours=1) == PREVIEWED),
        ("scheduling/README.md", "kept for {:d} days", KEPT.days),
        ("scheduling/README.md", "at most {:d} MB and", SMALL.most_bytes // 2**20),
        ("scheduling/README.md", "MB and {:d} levels", DEEPEST),
        ("scheduling/README.md", "all are caught up on (at most {:d})", MOST_CAUGHT_UP),
        ("conversations/README.md", "up to {:,d} entries", LARGE.most_entries),
        ("conversations/README.md", "entries and {:d} MB", LARGE.most_bytes // 2**20),
        ("openuser/api/README.md", "`page_size` up to {:d}", CursorPages.max_page_size),
        ("ARCHITECTURE.md", "`Batch` rows of at most {:,d}", MAX_RECIPIENTS),
        ("docs/glossary.md", "up to {:,d} members with equal content", MAX_RECIPIENTS),
    ],
)
def test_a_document_states_a_limit_as_the_code_has_it(path: str, sentence: str, limit: int):
    assert limit
    assert sentence.format(limit) in " ".join((ROOT / path).read_text(encoding="utf-8").split())


def test_the_glossary_has_the_words_of_the_product():
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    known = {
        word.strip() for line in glossary.splitlines() if line[:2] == "| " for word in line.split("|")[1].split(",")
    }
    asked = ("campaign", "series", "segment", "delivery", "ticket", "operator", "passage", "golden conversation")
    assert [word for word in (*asked, "rehearsal", "incident") if word not in known] == []


def test_upgrade_notes_list_every_renamed_setting():
    notes = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")
    assert [old for old, new in OLD_NAMES.items() if f"| `{old}` | `{new}` |" not in notes] == []


def test_the_table_of_contracts_has_every_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    listed = {re.match(r"\d+", contract["name"])[0] for contract in contracts}
    assert set(re.findall(r"^\| (\d+)\S* \| ", ARCHITECTURE.partition("| | contract |")[2], re.M)) >= listed
