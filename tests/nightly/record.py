"""What has passed already, of this very tree."""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT


@dataclass(frozen=True, kw_only=True)
class Result:
    passed: bool
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Record:
    """The results of one tree, in a file that has no others: what passed before a change says nothing after it."""

    path: Path
    tree: str

    def results(self) -> dict[str, Result]:
        """By the name of the part."""
        if not self.path.exists():
            return {}
        kept = json.loads(self.path.read_text(encoding="utf-8"))
        if kept["tree"] != self.tree:
            return {}
        return {name: Result(**result) for name, result in kept["results"].items()}

    def add(self, name: str, result: Result) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        results = self.results() | {name: result}
        kept = {"tree": self.tree, "results": {each: vars(of) for each, of in results.items()}}
        self.path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def tree_now(root: Path = ROOT) -> str:
    """A fingerprint of all files that git knows or would take, as they are."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    state = hashlib.sha256(names)
    for name in sorted(set(names.split(b"\0")) - {b""}):
        path = root / name.decode()
        if path.is_file():
            state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()[:16]
