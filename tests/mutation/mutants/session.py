"""What is known of the mutants of an app: kept in `var/`, so that several runs add up."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from difflib import unified_diff
from enum import StrEnum
from pathlib import Path

from tests.mutation.mutants.mutant import Mutant
from tests.mutation.mutants.reach import Reach


class Fate(StrEnum):
    KILLED = "killed"  # a test failed
    TIMED_OUT = "timed out"  # a test hung, which is caught, too
    SURVIVED = "survived"
    UNREACHED = "without test"  # no test reaches it


CAUGHT = (Fate.KILLED, Fate.TIMED_OUT)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a mutant.

    Attributes:
        by: the test that failed.
        tests: the number of tests that were asked.
        code: a digest of the app and its tests; a mutant that was not caught is tried again when these change.
    """

    fate: Fate
    by: str = ""
    tests: int = 0
    code: str = ""


@dataclass(kw_only=True)
class Session:
    """The verdicts on mutants, by their keys, and tests that failed without a mutant."""

    path: Path
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    unsound: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, path: Path) -> "Session":
        if not path.exists():
            return cls(path=path)
        kept = json.loads(path.read_text(encoding="utf-8"))
        verdicts = {key: Verdict(**{**each, "fate": Fate(each["fate"])}) for key, each in kept["verdicts"].items()}
        return cls(path=path, verdicts=verdicts, unsound=set(kept["unsound"]))

    def save(self) -> None:
        """All or nothing, since Ctrl-C may come at any time."""
        kept = {"verdicts": {key: asdict(each) for key, each in self.verdicts.items()}, "unsound": sorted(self.unsound)}
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        beside.replace(self.path)

    def settle(self, mutant: Mutant, verdict: Verdict) -> None:
        self.verdicts[mutant.key] = verdict
        self.save()

    def pending(self, mutants: list[Mutant], code: str) -> list[Mutant]:
        """Those without a verdict, and those that were not caught by the tests of then."""
        return [mutant for mutant in mutants if self._is_pending(mutant, code)]

    def _is_pending(self, mutant: Mutant, code: str) -> bool:
        known = self.verdicts.get(mutant.key)
        return known is None or (known.fate not in CAUGHT and known.code != code)

    def doubt(self, tests: set[str]) -> None:
        """Forget the verdicts of tests that fail without a mutant, too."""
        self.unsound |= tests
        self.verdicts = {key: each for key, each in self.verdicts.items() if each.by not in tests}
        self.save()

    def tests(self, reach: Reach, mutant: Mutant, root: Path) -> list[str]:
        return [test for test in reach.tests(mutant, root) if test not in self.unsound]


def report(session: Session, mutants: list[Mutant], root: Path) -> Iterator[str]:
    """The figures, and each mutant that no test caught."""
    known = [(mutant, session.verdicts[mutant.key]) for mutant in mutants if mutant.key in session.verdicts]
    counts = Counter(verdict.fate for _, verdict in known)
    for mutant, verdict in known:
        if verdict.fate not in CAUGHT:
            asked = f" by {verdict.tests} tests" if verdict.tests else ""
            yield f"\n{verdict.fate}{asked}: {mutant.file}:{mutant.line}  {mutant.operator.partition('/')[2]}"
            yield from difference(mutant, root)
    yield f"\n{len(known)} of {len(mutants)} mutants: " + ", ".join(f"{counts[fate]} {fate}" for fate in Fate)
    if known:
        yield f"caught: {sum(counts[fate] for fate in CAUGHT) / len(known):.0%}"


def difference(mutant: Mutant, root: Path) -> Iterator[str]:
    """The lines that differ."""
    before = (root / mutant.file).read_text(encoding="utf-8").splitlines()
    lines = unified_diff(before, mutant.code(root).splitlines(), n=0, lineterm="")
    return (f"  {line}" for line in lines if line[:3] not in ("---", "+++", "@@ "))
