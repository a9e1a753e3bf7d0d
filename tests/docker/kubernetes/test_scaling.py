"""Every lane has its workers, and their number follows a metric of that lane."""

import re

from core.work import sweeper
from docker import entrypoint
from openuser.metrics import work_gauges
from tests.docker.kubernetes.manifests import container, of_kinds

WORKERS = {"worker", "bulk", "render"}


def lanes() -> dict[str, str]:
    """The lane of each Deployment of workers."""
    lines = {name: entrypoint.command(container(of_kinds({"Deployment"})[name])["args"], {}) for name in WORKERS}
    return {name: line[line.index("-Q") + 1] for name, line in lines.items()}


def test_every_lane_has_a_deployment():
    assert sorted(lanes().values()) == sorted({part.lane for part in sweeper.parts()}) == sorted(work_gauges.LANES)


def test_workers_scale_by_the_work_of_their_own_lane():
    scalers = of_kinds({"ScaledObject"}, "queue-scaling")
    assert set(scalers) == WORKERS
    for name, lane in lanes().items():
        (trigger,) = scalers[name]["spec"]["triggers"]
        query = trigger["metadata"]["query"]
        assert re.findall(r"\bopenuser_\w+", query) == [work_gauges.LANE.name]
        (states,) = re.findall(r'state=~"([^"]+)"', query)
        assert set(states.split("|")) < set(work_gauges.STATES)
        assert re.findall(r'lane="([^"]+)"', query) == [lane]


def test_scalers_are_as_keda_wants_them():
    for scaler in of_kinds({"ScaledObject"}, "queue-scaling").values():
        spec = scaler["spec"]
        assert scaler["apiVersion"] == "keda.sh/v1alpha1"
        assert set(spec) == {"scaleTargetRef", "minReplicaCount", "maxReplicaCount", "fallback", "triggers"}
        assert 1 <= spec["minReplicaCount"] == spec["fallback"]["replicas"] < spec["maxReplicaCount"]
        (trigger,) = spec["triggers"]
        assert set(trigger["metadata"]) == {"serverAddress", "query", "threshold", "ignoreNullValues"}
        assert {type(value) for value in trigger["metadata"].values()} == {str}


def test_what_scales_by_itself_is_set_to_no_number():
    scaled = {**of_kinds({"Deployment"}, "queue-scaling"), **of_kinds({"StatefulSet"}, "cpu-scaling")}
    assert [name for name in (*WORKERS, "ws") if "replicas" in scaled[name]["spec"]] == []
    assert "replicas" not in of_kinds({"Deployment"}, "cpu-scaling")["web"]["spec"]
