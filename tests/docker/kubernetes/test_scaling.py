"""Every queue has its workers, and their number follows a metric of that queue."""

import re
from fnmatch import fnmatchcase

from django.conf import settings

from core.work import sweeper
from docker import entrypoint
from openuser.metrics import work
from tests.docker.kubernetes.manifests import container, of_kinds

WORKERS = {"worker", "render"}


def queue_of(task: str) -> str:
    """The queue that a task goes to."""
    routes = (route["queue"] for pattern, route in settings.CELERY_TASK_ROUTES.items() if fnmatchcase(task, pattern))
    return next(routes, settings.CELERY_TASK_DEFAULT_QUEUE)


def queues() -> dict[str, str]:
    """The queue of each Deployment of workers."""
    lines = {name: entrypoint.command(container(of_kinds({"Deployment"})[name])["args"], {}) for name in WORKERS}
    return {name: line[line.index("-Q") + 1] for name, line in lines.items()}


def test_every_queue_has_a_deployment():
    assert sorted(queues().values()) == sorted({queue_of(kind.task) for kind in sweeper.work_models()})


def test_workers_scale_by_the_work_of_their_own_queue():
    scalers = of_kinds({"ScaledObject"}, "queue-scaling")
    assert set(scalers) == WORKERS
    for name, queue in queues().items():
        (trigger,) = scalers[name]["spec"]["triggers"]
        query = trigger["metadata"]["query"]
        assert re.findall(r"\bopenuser_\w+", query) == [work.JOBS.name]
        (states,) = re.findall(r'state=~"([^"]+)"', query)
        assert set(states.split("|")) < set(work.STATES)
        ((sign, kinds),) = re.findall(r'kind(=~|!~)"([^"]+)"', query)
        for kind in sweeper.work_models():
            counts = bool(re.fullmatch(kinds, kind._meta.label_lower)) == (sign == "=~")
            assert counts == (queue_of(kind.task) == queue), kind


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
