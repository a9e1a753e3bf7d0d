"""The kept list of faults: one TOML file per app in `faults/`."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

FOLDER = Path(__file__).parent / "faults"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A change of one place in one file, and the tests that must fail with it.

    Attributes:
        claim: what is wrong once it is planted.
        file: a path in the checkout.
        old: a text that occurs once in the file.
        tests: paths of pytest, as narrow as lets them take seconds.
    """

    app: str
    claim: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def text(self, root: Path = ROOT) -> str:
        return (root / self.file).read_text(encoding="utf-8")

    def planted(self, root: Path = ROOT) -> str:
        """The file with the fault in it. Raises `ValueError` if the fault no longer applies."""
        text = self.text(root)
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.claim!r} does not apply: its old text is {text.count(self.old)} times in {self.file}"
            )
        return text.replace(self.old, self.new)


def faults(pattern: str = "") -> list[Fault]:
    """All faults, or those that have the pattern in their claim or their path."""
    return [fault for path in sorted(FOLDER.glob("*.toml")) for fault in read(path) if wanted(fault, pattern)]


def read(path: Path) -> Iterable[Fault]:
    """The faults of a file, which has the name of an app, or that and a subject: `scheduling-series.toml`."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
    return (Fault(app=path.stem.partition("-")[0], **{**entry, "tests": tuple(entry["tests"])}) for entry in entries)


def wanted(fault: Fault, pattern: str) -> bool:
    return pattern.lower() in f"{fault.app} {fault.file} {fault.claim}".lower()
