"""Alerts are sent when they should be. Rules and dashboard name metrics that are exported, rules a section each."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from openuser.metrics import exposition
from openuser.settings.environment import BASE_DIR
from tests.support.servers import promtool

DOCKER = BASE_DIR / "docker"
CASES = Path(__file__).with_name("alert_cases.yaml")
LABEL_OF = re.compile(r"\{\{ \$labels\.(\w+) \}\}")
NAME = re.compile(r"\bopenuser_\w+")
LABELS = re.compile(r"\{([^}]*)\}")
PARTS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",), "gauge": ("",)}


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load((DOCKER / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    board = json.loads((DOCKER / "grafana" / "openuser.json").read_text(encoding="utf-8"))
    return board["panels"]  # type: ignore[no-any-return]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.mark.django_db
def test_every_metric_of_a_rule_or_panel_is_exported():
    families = text_string_to_metric_families(exposition.make_text().decode())
    exported = {family.name + part for family in families for part in PARTS[family.type]}
    named = {name for expression in expressions() for name in NAME.findall(expression)}
    assert named - exported == set()


def test_every_expression_closes_what_it_opens():
    for expression in expressions():
        plain = LABELS.sub("", expression)
        assert plain.count("(") == plain.count(")"), expression
        assert not set("{}") & set(plain), expression


def test_every_alert_has_a_severity_words_and_a_section_of_the_runbook():
    text = (BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"].endswith(".")
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/operations.md"
        assert anchor in anchors, anchor


def test_panels_do_not_cover_each_other():
    covered: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & covered, panel["title"]
        covered |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


def cases() -> list[dict[str, Any]]:
    return yaml.safe_load(CASES.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def as_promtool_reads_it(case: dict[str, Any]) -> dict[str, Any]:
    """A case as a test of promtool, which compares words and labels too."""
    (rule,) = (rule for rule in rules() if rule["alert"] == case["alert"])

    def sent(labels: dict[str, str] | None) -> list[dict[str, Any]]:
        if labels is None:
            return []
        words = {name: LABEL_OF.sub(lambda found: labels[found[1]], text) for name, text in rule["annotations"].items()}
        return [{"exp_labels": {**rule["labels"], **labels}, "exp_annotations": words}]

    return {
        "name": case["alert"],
        "interval": case.get("step", "1m"),
        "input_series": [{"series": name, "values": str(values)} for name, values in case["series"].items()],
        "alert_rule_test": [
            {"eval_time": moment, "alertname": case["alert"], "exp_alerts": sent(labels)}
            for moment, labels in case["at"].items()
        ],
    }


def test_promtool_accepts_the_rules():
    assert "SUCCESS" in promtool.run("check", "rules", "alerts.yaml", folder=DOCKER / "prometheus")


def test_each_alert_is_sent_when_it_should_be_and_only_then(tmp_path):
    rule_file = str(DOCKER / "prometheus" / "alerts.yaml")
    tests = [as_promtool_reads_it(case) for case in cases()]
    for step in {test["interval"] for test in tests}:  # rules are evaluated at one interval a file
        some = [test for test in tests if test["interval"] == step]
        document = {"rule_files": [rule_file], "evaluation_interval": step, "tests": some}
        (tmp_path / f"{step}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    assert "exit status" not in (told := promtool.run("test", "rules", "1m.yaml", "10m.yaml", folder=tmp_path)), told


def test_each_alert_has_cases_of_both_kinds():
    moments = [(case["alert"], labels is not None) for case in cases() for labels in case["at"].values()]
    assert set(moments) == {(rule["alert"], sent) for rule in rules() for sent in (True, False)}
