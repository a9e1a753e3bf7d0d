"""The checks of our pages' scripts see each script, and find what is wrong in one."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.javascript.__main__ import SCRIPTS, check, main
from tests.javascript.packages import HERE, PackagesMissing, installed
from tests.support.optional_packages import leave_out
from tests.support.paths import ROOT

APPS = ("avatars", "conversations", "core", "openuser", "scheduling", "templates", "wecom")

# Each line has one fault, which is named at its end.
UNCLEAN = """\
shwo();                                         // no-undef
const unread = 0;                               // no-implicit-globals no-unused-vars
addEventListener("load", (event) => {
  if (event.detail == "1") console.log(name);   // eqeqeq no-restricted-globals
  let once = 1;                                 // prefer-const
  const twice = (once) => once * 2;             // no-shadow
  for (const key in event) console.log(twice(once), key);  // guard-for-in
  [1].map((one) => { console.log(one); });      // array-callback-return
});
"""
MISTYPED = """\
document.querySelector("p").hiden = true;       // TS2551
document.getElementById("p", 1);                // TS2554
signedOut("no answer");                         // TS2345
notDeclared();                                  // TS2304
{
  const one = (a) => a;
  one(1, 2);                                    // TS2554
  addEventListener("load", (event) => event.loded);  // TS2339
  Math.max("1");                                // TS2345
}
"""


def faults_of(source: str) -> set[tuple[int, str]]:
    """The faults that the comments of a source name, with their lines."""
    lines = enumerate(source.splitlines(), start=1)
    return {(number, name) for number, line in lines for name in line.partition("// ")[2].split()}


def needs_packages() -> None:
    try:
        installed()
    except PackagesMissing as error:
        leave_out(str(error))  # the step of the command fails then


def test_every_script_of_the_project_is_checked():
    checked = {path for pattern in SCRIPTS for path in ROOT.glob(pattern)}
    present = {path for app in APPS for end in ("js", "mjs", "cjs", "ts") for path in (ROOT / app).rglob(f"*.{end}")}
    assert present == checked
    assert len(present) > 50


def test_both_tools_check_the_same_scripts():
    included = json.loads((HERE / "tsconfig.json").read_text())["include"]
    assert included == ["page.d.ts", *(f"../../{pattern}" for pattern in SCRIPTS)]


def test_eslint_finds_each_fault_of_a_script():
    needs_packages()
    stands_for = "core/static/core/unclean.js"
    report = check("eslint", "--format=json", "--stdin", f"--stdin-filename={stands_for}", source=UNCLEAN, show=False)
    [file] = json.loads(report.stdout)
    assert {(fault["line"], fault["ruleId"]) for fault in file["messages"]} == faults_of(UNCLEAN)
    assert report.returncode == 1


def test_typescript_finds_each_fault_of_a_script(tmp_path: Path):
    needs_packages()
    (tmp_path / "mistyped.js").write_text(MISTYPED)
    project = {"extends": str(HERE / "tsconfig.json"), "include": [str(HERE / "page.d.ts"), "mistyped.js"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(project))
    report = check("tsc", str(tmp_path), show=False)
    assert {(int(line), code) for line, code in faults_in(report)} == faults_of(MISTYPED)
    assert report.returncode != 0


def faults_in(report: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    return re.findall(r"mistyped\.js\((\d+),\d+\): error (TS\d+)", report.stdout)


@pytest.mark.parametrize("words", [[], ["prettier"], ["eslint", "tsc"]])
def test_an_unknown_tool_is_refused(words, capsys):
    assert main(words) == 2
    assert "eslint|tsc" in capsys.readouterr().err


def test_without_a_registry_the_message_names_the_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(PackagesMissing, match="NPM_CONFIG_REGISTRY"):
        installed(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
