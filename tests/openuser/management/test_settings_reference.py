"""docs/settings.md: written from the source of the settings, with a sentence for each, and none missing."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from openuser.management import settings_reference
from openuser.settings.environment import BASE_DIR, OLD_NAMES

APPS = ("core", "openuser", "wecom", "avatars", "conversations", "scheduling")
# Variables of Python, of pytest and of the bootstrap for itself.
NOT_SETTINGS = {
    *("PATH", "PYTHONPATH", "PYTEST_XDIST_WORKER", "OPENUSER_BOOTSTRAPPED", "DJANGO_SETTINGS_MODULE"),
    *("LISTEN_FDS", "LISTEN_PID"),  # which systemd sets for a socket that it opened
    "OMP_NUM_THREADS",  # which a library reads while it loads
    "XDG_CACHE_HOME",  # of the command `openuser-human`, which has no settings
}
SENTENCE = re.compile(r"[A-Z0-9`].*\.")
VAGUE = re.compile(r"(?i)\b(whoever|nobody|somebody|anybody|anew|is said|films?)\b")


@cache
def sources() -> list[Path]:
    """The modules in which the environment can be read; to parse all the others takes seconds."""
    paths = [BASE_DIR / "manage.py", *(path for app in APPS for path in (BASE_DIR / app).rglob("*.py"))]
    return [path for path in paths if "env" in path.read_text(encoding="utf-8")]


@cache
def settings_by_module() -> dict[str, list[settings_reference.Setting]]:
    paths = {str(path.relative_to(BASE_DIR)): list(settings_reference.settings_of(path)) for path in sources()}
    return {path: found for path, found in paths.items() if found}


def documented() -> set[str]:
    page = settings_reference.TARGET.read_text(encoding="utf-8").partition("## Old names")[0]
    return set(re.findall(r"(?m)^\| `([A-Z0-9_]+)` \|", page))


def names_in_environ(path: Path) -> Iterator[str]:
    """The names with which a module reads `os.environ` directly, also by way of a constant."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        key = None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            key = node.slice
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"os.environ.get", "os.environ.pop", "os.getenv"}:
            key = node.args[0]
        if isinstance(key, ast.Constant):
            yield str(key.value)
        elif isinstance(key, ast.Name) and key.id in constants:
            yield str(constants[key.id])


def test_the_page_is_what_the_source_says():
    page = settings_reference.TARGET.read_text(encoding="utf-8")
    assert page == settings_reference.document(), "Run: python3 manage.py settings_reference"


def test_every_setting_is_on_the_page():
    read = {setting.name for found in settings_by_module().values() for setting in found}
    assert len(read) > 150
    assert read - documented() == set(), "These need a comment above the line that reads them."


def test_every_variable_of_the_environment_is_on_the_page():
    read = {name for path in sources() for name in names_in_environ(path)}
    assert {"BROKER_URL", "SITE_URL"} <= read
    assert read - documented() - NOT_SETTINGS == set()


def test_every_module_that_reads_settings_has_a_section():
    listed = {path for paths in settings_reference.SECTIONS.values() for path in paths}
    undocumented = {path for path, found in settings_by_module().items() if {one.name for one in found} - documented()}
    assert undocumented - listed == set()
    assert {path for path in listed if not (BASE_DIR / path).is_file()} == set()


def test_every_description_is_a_plain_sentence():
    every = [setting for found in settings_by_module().values() for setting in found if setting.description]
    assert [one for one in every if not SENTENCE.fullmatch(one.description) or VAGUE.search(one.description)] == []


def test_every_new_name_is_a_setting():
    assert set(OLD_NAMES.values()) - documented() == set()


def test_no_old_name_is_read_any_more():
    read = {setting.name for found in settings_by_module().values() for setting in found}
    assert read & set(OLD_NAMES) == set()


SOURCE = """
# ---- a heading
# The first setting,
# on two lines.
ONE = env.str("ONE", default="a") or "b"
# About the whole dictionary.
MANY = {
    "two": env.int("TWO", default=2 * 2**10),
    # The third.
    "three": float(env.float("THREE", default=30.0)) * 60,
}
# ---- another heading
FOUR = Path(env.str("FOUR", default=str(VAR_DIR / "four")))
# The fifth.
FIVE = call(
    env.bool("FIVE", default=True),
    # The sixth.
    six=env.str("SIX"),
)
"""


def test_a_description_is_the_comment_above(tmp_path):
    (tmp_path / "module.py").write_text(SOURCE)
    found = [(one.name, one.default, one.description) for one in settings_reference.settings_of(tmp_path / "module.py")]
    assert found == [
        ("ONE", "b", "The first setting, on two lines."),
        ("TWO", "2048", ""),
        ("THREE", "30", "The third."),
        ("FOUR", "var/four", ""),
        ("FIVE", "true", "The fifth."),
        ("SIX", "required", "The sixth."),
    ]
