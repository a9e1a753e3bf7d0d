"""The commands that documents tell people to type are there, with their options, files and names."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, get_commands, load_command_class
from django.core.management.base import CommandParser

from docker import entrypoint
from tests.architecture.test_documents import DOCUMENTS, HISTORY
from tests.docker.kubernetes.manifests import COMPONENTS, FOLDER, built, kustomization
from tests.docker.test_images import COMPOSE
from tests.support.paths import ROOT

PAGES = sorted(set(DOCUMENTS) - HISTORY)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SHELL = ("sh", "text", "")
INLINE = re.compile(r"`([^`\n]+)`")
MANAGE = re.compile(r"\bmanage\.py (.*)")
MODULE = re.compile(r"\bpython3? -m (tests(?:\.\w+)+)")
END_OF_COMMAND = re.compile(r" (?:\||&&|<|>)|;")
FILE = re.compile(r"(?<![\w/])docker/[\w./-]+")
KIND_AND_NAME = re.compile(r"\b(deployment|statefulset|job)[/ ](openuser-[\w-]+)")
SELECTOR = re.compile(r"-l '?(app\.kubernetes\.io/\w+)(?:=| notin \()([\w, -]+)")


def typed(page: Path) -> Iterator[str]:
    """The lines of a page's blocks of commands, and what it has in backticks."""
    yield from lines_of_blocks(page)
    yield from INLINE.findall(BLOCK.sub("", page.read_text(encoding="utf-8")))


def lines_of_blocks(page: Path) -> Iterator[str]:
    for language, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language in SHELL:
            yield from block.replace("\\\n", "").splitlines()


def words_of(line: str) -> list[str]:
    """A command line without its comment, and without what the shell does with it; what may be left out is there."""
    words = shlex.split(END_OF_COMMAND.split(line)[0], comments=True)
    return [word.strip("[]") for word in words]


def parser_of(name: str) -> CommandParser:
    apps = get_commands()
    assert name in apps, f"there is no command {name}"
    command = load_command_class(apps[name], name)
    parser: CommandParser = command.create_parser("manage.py", name)
    return parser


def options_of(parser: CommandParser) -> set[str]:
    """Its options, and those of what it is divided into."""
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action.choices, dict):
            found |= {option for inner in action.choices.values() for option in options_of(inner)}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_takes_these_options(page: Path):
    for line in typed(page):
        if not (found := MANAGE.search(line)):
            continue
        name, *words = words_of(found[1])
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= options_of(parser_of(name)), line


def test_the_commands_of_an_operator_are_whole():
    for page in ("docs/operations.md", "docs/asvs.md", "docker/README.md"):
        for line in MANAGE.findall("\n".join(lines_of_blocks(ROOT / page))):
            name, *words = words_of(line)
            try:
                parser_of(name).parse_args(words)
            except CommandError as error:
                raise AssertionError(f"{page}: {line}") from error


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_that_a_page_runs_is_there(page: Path):
    names = {name for line in typed(page) for name in MODULE.findall(line) if not name.endswith(".NAME")}
    assert sorted(name for name in names if importlib.util.find_spec(name) is None) == []


def test_compose_has_the_files_and_services_of_its_commands():
    lines = [line for page in PAGES for line in typed(page) if re.search(r"\bdocker compose |\bou ", line)]
    assert len(lines) > 5
    named = {service for line in lines for service in re.findall(r"\bou run --rm (\w+)", line)}
    assert named == {"web"} <= set(COMPOSE["services"])
    files = {name for line in lines for name in FILE.findall(line)}
    assert sorted(name for name in files if not (ROOT / name).exists()) == []


def test_kubernetes_has_the_names_labels_and_folders_of_its_commands():
    lines = [line for line in typed(ROOT / "docs/operations.md") if "kubectl" in line or "docker/kubernetes" in line]
    names = {(one["kind"].lower(), one["metadata"]["name"]) for one in built(*COMPONENTS)}
    assert {pair for line in lines for pair in KIND_AND_NAME.findall(line)} <= names
    labels = [one["metadata"]["labels"] for one in built(*COMPONENTS)]
    for key, values in (pair for line in lines for pair in SELECTOR.findall(line)):
        assert set(values.split(", ")) <= {of_one.get(key) for of_one in labels}
    folders = {name for line in lines for name in FILE.findall(line)} - {"docker/kubernetes/mine"}
    assert sorted(name for name in folders if not (ROOT / name).exists()) == []
    # `mine` is a copy of `site` beside it, so that what it names by `..` is found.
    assert {name.partition("/")[0] for name in kustomization("site")["resources"]} >= {".."}
    assert (FOLDER / "site").is_dir()


def test_secrets_that_a_site_adds_have_a_setting():
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    added = set(re.findall(r"(s3_access_key|s3_secret_key|metrics_token)", text))
    settings = (FOLDER / "site" / "settings.env").read_text(encoding="utf-8")
    assert {name for name in added if f"/run/secrets/{name}" in settings} == added
    assert {"OPENUSER_S3_ACCESS_KEY", "OPENUSER_METRICS_TOKEN"} <= set(entrypoint.BY_FILE)
