"""`python -m tests.javascript eslint` and `python -m tests.javascript tsc`: check the scripts of our pages."""

import os
import subprocess
import sys
from collections.abc import Sequence

from tests.javascript.packages import HERE, PackagesMissing, installed
from tests.support.npm import NODE
from tests.support.paths import ROOT

SCRIPTS = ("*/static/**/*.js", "wecom/emulator/static/**/*.js")  # as in tsconfig.json; none is another project's
TOOLS = {
    "eslint": ("eslint/bin/eslint.js", "--max-warnings=0", f"--config={HERE / 'eslint.config.cjs'}"),
    "tsc": ("typescript/bin/tsc", "--pretty", "false", "--project"),
}


def check(tool: str, *words: str, source: str | None = None, show: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a tool.

    Args:
        words: more options and scripts for ESLint; the folder or file of a project for TypeScript.
        source: the standard input.
        show: on the terminal, in the place of the result.
    """
    packages = installed()
    program, *options = TOOLS[tool]
    line = [NODE, str(packages / program), *options, *words]
    environment = {**os.environ, "NODE_PATH": str(packages)}
    return subprocess.run(
        line, cwd=ROOT, env=environment, input=source, capture_output=not show, text=True, check=False
    )


def main(words: Sequence[str]) -> int:
    """The exit status of a tool over all scripts."""
    if len(words) != 1 or words[0] not in TOOLS:
        print(f"Usage: python -m tests.javascript {'|'.join(TOOLS)}", file=sys.stderr)
        return 2
    [tool] = words
    try:
        return check(tool, *(SCRIPTS if tool == "eslint" else [str(HERE)])).returncode
    except PackagesMissing as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
