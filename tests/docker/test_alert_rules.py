"""The alert rules and the dashboard name metrics that are exported, and sections of the runbook that exist."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from openuser.metrics import exposition
from openuser.settings.environment import BASE_DIR

DOCKER = BASE_DIR / "docker"
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


@pytest.fixture(scope="module")
def exported(django_db_setup, django_db_blocker) -> set[str]:
    with django_db_blocker.unblock():
        families = list(text_string_to_metric_families(exposition.make_text().decode()))
    return {family.name + part for family in families for part in PARTS[family.type]}


def test_every_metric_of_a_rule_or_panel_is_exported(exported):
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
