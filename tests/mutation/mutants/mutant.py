"""The mutants of an app, by the operators of cosmic-ray.

mutmut would leave out each function with a decorator, and all that stands in the body of a class: services, constraints
and fields. cosmic-ray changes any file, one place at a time.
"""

import ast
import hashlib
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import parso  # noqa: F401  cosmic-ray's operators cannot be imported before it
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from parso.grammar import load_grammar

LEFT_OUT = ("migrations",)  # folders: nobody changes a migration that has run
NEED_ARGUMENTS = ("VariableReplacer", "VariableInserter")
# The nodes of a syntax tree that an operator changes; the others would only be asked two hundred times each.
CHANGED = frozenset(
    {
        *("operator", "keyword", "number", "comparison", "not_test", "factor", "decorator", "except_clause"),
        *("if_stmt", "while_stmt", "assert_stmt", "test", "for_stmt"),
    }
)
# Read now, while one thread runs: parso asks `ast` for it, whose count of depth two threads of Python 3.11 share.
load_grammar()
PUNCTUATION = frozenset("()[]{}.,:;=@") | {"->", "...", ":="}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change of one place.

    Attributes:
        key: the same for the same line in the same file, wherever it stands there; the order of keys is random.
        file: a path in the tree.
        occurrence: the how-maniest place of its file that this operator could change.
    """

    key: str
    file: str
    line: int
    operator: str
    occurrence: int

    def code(self, root: Path) -> str:
        """The file with the change in it."""
        source = (root / self.file).read_text(encoding="utf-8")
        changed = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        if changed is None:
            raise ValueError(f"{self.operator} finds no place number {self.occurrence} in {self.file}.")
        return str(changed)

    def compiles(self, root: Path) -> bool:
        """Whether Python reads the change without a warning: operators take the `*` of a signature for a product."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                compile(self.code(root), self.file, "exec")
            except (SyntaxError, SyntaxWarning):
                return False
        return True


def mutants(root: Path, app: str, seed: int) -> list[Mutant]:
    """One mutant for each place of an app, in an order that only the seed and the code decide."""
    return sorted((mutant for path in sources(root, app) for mutant in of_file(root, path, seed)), key=_key)


def _key(mutant: Mutant) -> str:
    return mutant.key


def sources(root: Path, app: str) -> list[Path]:
    """The files of an app that have mutants."""
    files = (path.relative_to(root) for path in (root / app).rglob("*.py"))
    return sorted(path for path in files if not set(LEFT_OUT) & set(path.parts))


def of_file(root: Path, path: Path, seed: int) -> Iterator[Mutant]:
    source = (root / path).read_text(encoding="utf-8")
    lines, elsewhere = source.splitlines(), judged_elsewhere(path, source)
    nodes = [node for node in ast_nodes(get_ast(source)) if node.type in CHANGED and not is_punctuation(node)]
    places: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    for name, operator in operators().items():
        occurrence = 0
        for node in nodes:
            for (line, column), _ in operator.mutation_positions(node):
                if not any(begin <= (line, column) < end for begin, end in elsewhere):
                    places[line, column].append((name, occurrence))
                occurrence += 1
    twins: Counter[str] = Counter()
    for (line, column), changes in sorted(places.items()):
        text = lines[line - 1]
        place = f"{seed} {path} {text.strip()} {column - len(text) + len(text.lstrip())}"
        twins[place] += 1
        key = digest(f"{place} {twins[place]}")
        name, occurrence = min(changes, key=lambda change: digest(f"{key} {change}"))
        yield Mutant(key=key, file=str(path), line=line, operator=name, occurrence=occurrence)


def is_punctuation(node: Any) -> bool:
    return node.type == "operator" and node.value in PUNCTUATION


def judged_elsewhere(path: Path, source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where places begin and end whose changes other checks find, and no test need.

    mypy knows wrong types and what is frozen; `makemigrations --check` compares the fields of models.
    """
    nodes: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            nodes.append(node.annotation)
        elif isinstance(node, ast.ClassDef):
            nodes += [each for each in node.decorator_list if "dataclass" in ast.unparse(each)]
            if "models" in path.parts and node.name != "Meta":
                nodes += [each.value for each in node.body if isinstance(each, ast.Assign)]
    return [
        ((node.lineno, node.col_offset - 1), (node.end_lineno or 0, node.end_col_offset or 0))  # and the @ before it
        for node in nodes
        if node
    ]


@cache
def operators() -> dict[str, Any]:
    names = (name for name in operator_names() if not name.endswith(NEED_ARGUMENTS))
    return {name: get_operator(name)() for name in sorted(names)}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
