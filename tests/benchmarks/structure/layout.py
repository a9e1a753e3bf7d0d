"""How the house is laid out: files per folder, names, sizes, and how much the import contracts have to say.

    python3 -m tests.benchmarks.structure.layout [CHECKOUT]

Another checkout can be named, so that the same figures are had of what was before.
"""

import ast
import math
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("openuser", "scheduling", "conversations", "avatars", "wecom", "core")
# Nouns of the field that end alike.
NOUNS = frozenset({
    "engineering", "framing", "mapping", "mastering", "rendering", "routing", "scheduling", "screening", "setting",
    "splitting", "string", "throttling", "wording",
})  # fmt: skip


def main() -> None:
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    code = [path for name in PACKAGES for path in modules(root / name)]
    tests = list(modules(root / "tests"))
    for name, files in (("code", code), ("tests", tests)):
        sizes = sorted(Counter(path.parent for path in files if path.name != "__init__.py").values())
        fullest = Counter(path.parent for path in files if path.name != "__init__.py").most_common(1)
        print(
            f"{name:<6} {len(files):5} files in {len(sizes):3} folders: "
            f"median {share(sizes, 0.5)}, p90 {share(sizes, 0.9)}, max {sizes[-1]} ({fullest[0][0].relative_to(root)})"
        )
    gerunds = sorted(
        str(path.relative_to(root)) for path in code if path.stem.endswith("ing") and path.stem not in NOUNS
    )
    print(f"names  {len(gerunds)} modules named by a gerund {' '.join(gerunds[:5])}")
    lines = sorted((len(path.read_text(encoding="utf-8").splitlines()), str(path.relative_to(root))) for path in code)
    functions = sorted(length for path in code for length in lengths(path))
    print(f"lines  {sum(count for count, _ in lines)} in all; longest module {lines[-1][0]} ({lines[-1][1]})")
    long = sum(count > 300 for count, _ in lines)
    print(f"       {long} modules over 300; functions: median {share(functions, 0.5)}, longest {functions[-1]}")
    settings = (root / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(settings)["tool"]["importlinter"]["contracts"]
    said = settings[settings.index("[tool.importlinter]") :]
    names = sum(len(re.findall(r"[\w.*]+", entry)) for one in contracts for entry in entries(one))
    print(f"fences {len(contracts)} contracts in {len(said.splitlines())} lines with {names} names")


def modules(folder: Path) -> Iterator[Path]:
    """The modules below a folder, without migrations."""
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def lengths(path: Path) -> Iterator[int]:
    """How many lines each function of a module has."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def entries(contract: dict[str, object]) -> Iterator[str]:
    """What the lists of a contract name."""
    for value in contract.values():
        if isinstance(value, list):
            yield from value


def share(values: list[int], part: float) -> int:
    """The value below which a part of them lies."""
    return values[min(len(values) - 1, math.ceil(len(values) * part) - 1)] if values else 0


if __name__ == "__main__":
    main()
