"""docs/settings.md, written from the source of the settings: the name, default and comment of each `env.…("NAME")`.

A setting is a call of a method of `env` or `dotenv` with a literal name. Its description is the comment directly above
the call, or above the statement, argument or dictionary entry that holds it. Headings (`# ---- cache`) do not count.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openuser.settings.environment import BASE_DIR, OLD_NAMES

TARGET = BASE_DIR / "docs" / "settings.md"
READERS = ("env", "dotenv")
# The order of the document. A module that reads a setting and is not listed here fails a test.
SECTIONS = {
    "The site": ("openuser/settings/base.py", "openuser/settings/embedded.py", "openuser/settings/environment.py"),
    "WeChat Work": ("openuser/settings/wecom.py",),
    "Conversations": ("openuser/settings/conversations.py",),
    "Digital humans": ("openuser/settings/avatars.py",),
    "Engines": ("openuser/settings/engines.py",),
    "Campaigns": ("openuser/settings/scheduling.py",),
    "Retention": ("openuser/settings/retention.py",),
    "Database and files": ("openuser/settings/storage.py",),
    "Broker and cache": ("openuser/settings/broker.py",),
    "REST API and webhooks": ("openuser/settings/rest.py",),
    "Security of a server": ("openuser/settings/production.py",),
    "Installation": ("openuser/bootstrap/environment.py", "openuser/bootstrap/pip.py"),
    "Emulator": ("wecom/emulator/settings.py",),
    "Tests": ("openuser/settings/test.py",),
}
INTRODUCTION = """\
# Settings

Set these in the environment or in `.env`; the environment takes precedence. Two must be in the environment:
`DJANGO_SETTINGS_MODULE` (`openuser.settings.production` on a server) and `OPENUSER_DOTENV`. Booleans are `true` or
`false`. Values ending in `_TIMEOUT` are seconds. Restart all processes after a change. Each secret, and each address
that may hold a password, may come from a file instead: `SECRET_KEY_FILE=/run/secrets/secret_key`.

This page is generated from the comments in `openuser/settings/` by `python3 manage.py settings_reference`.
"""
OLD_NAMES_INTRODUCTION = """\
## Old names

The old names work for one more release. `python3 manage.py check` lists the ones you still use.

| Old name | New name |
| --- | --- |
"""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting as the source reads it. `description` is empty if the call has no comment."""

    name: str
    default: str
    description: str


def document() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    known: set[str] = set()
    for title, paths in SECTIONS.items():
        listed = [setting for path in paths for setting in settings_of(BASE_DIR / path) if setting.name not in known]
        described = {setting.name: setting for setting in reversed(listed) if setting.description}
        rows = [described[name] for name in dict.fromkeys(setting.name for setting in listed) if name in described]
        known |= set(described)
        table = "".join(f"| `{row.name}` | {_cell(row.default)} | {row.description} |\n" for row in rows)
        parts.append(f"## {title}\n\n| Name | Default | Meaning |\n| --- | --- | --- |\n{table}")
    old = "".join(f"| `{old}` | `{new}` |\n" for old, new in sorted(OLD_NAMES.items()))
    return "\n".join([*parts, OLD_NAMES_INTRODUCTION + old])


def settings_of(path: Path) -> Iterator[Setting]:
    """The settings that a module reads, in their order."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and is_setting(node)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = ast.literal_eval(call.args[0])
        description = _description(call, parents, source.splitlines())
        yield Setting(name=name, default=_default(call, parents[call]), description=description)


def is_setting(call: ast.Call) -> bool:
    """Whether a call reads a setting with a literal name."""
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id in READERS
        and bool(call.args)
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    )


def _description(call: ast.Call, parents: dict[ast.AST, ast.AST], lines: list[str]) -> str:
    """The comment above the line of the call, else above the statement that holds it."""
    numbers = [call.lineno]
    node: ast.AST = call
    while node in parents and not isinstance(node, ast.stmt | ast.keyword):
        parent = parents[node]
        if isinstance(parent, ast.Dict):
            break  # a comment above the dictionary is about the whole of it
        node = parent
        numbers.append(getattr(node, "lineno", call.lineno))
    return next(filter(None, (_comment_above(number, lines) for number in dict.fromkeys(numbers))), "")


def _comment_above(number: int, lines: list[str]) -> str:
    comment: list[str] = []
    for line in reversed(lines[: number - 1]):
        text = line.strip()
        if not text.startswith("# ") or text.startswith("# ----"):
            break
        comment.insert(0, text.removeprefix("# "))
    return " ".join(comment)


def _default(call: ast.Call, parent: ast.AST) -> str:
    """The default in words. `env.str(…, default="") or x` has the default x."""
    default = next((keyword.value for keyword in call.keywords if keyword.arg == "default"), None)
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or) and parent.values[0] is call:
        default = parent.values[1]
    if default is None:
        return "" if isinstance(call.func, ast.Attribute) and call.func.attr == "json_object" else "required"
    return _words(default)


def _words(node: ast.expr) -> str:
    """An expression as a person writes it into `.env`."""
    if isinstance(node, ast.Constant):
        return _value(node.value)
    if isinstance(node, ast.List):
        return ",".join(_words(element) for element in node.elts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str":
        return _words(node.args[0])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return f"{_words(node.left)}/{_words(node.right)}".removeprefix("/")
    if isinstance(node, ast.Name):
        return {"VAR_DIR": "var", "MODELS_DIR": "var/models", "BASE_DIR": "", "LOG_HOME": ""}.get(node.id, node.id)
    if isinstance(node, ast.BinOp | ast.UnaryOp) and re.fullmatch(r"[\d* -]+", ast.unparse(node)):
        return str(eval(ast.unparse(node), {}))  # noqa: S307 - arithmetic in our own source
    return ""


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _cell(default: str) -> str:
    return default if default in {"", "required"} else f"`{default}`"
