"""The pods run the processes of compose.yaml, as the entrypoint starts them."""

import re
from urllib.parse import urlsplit

import yaml
from django.conf import settings

from docker import entrypoint
from openuser.pages import probes
from tests.docker.kubernetes.manifests import (
    COMPONENTS,
    RUNNING,
    WORKLOADS,
    built,
    container,
    containers,
    environment,
    kustomization,
    of_kinds,
    pod,
)
from tests.docker.test_images import COMPOSE, FOLDER, OURS, ROOT

UNITS = {"m": 1, "g": 1024, "Mi": 1, "Gi": 1024}
# nginx of compose.yaml sends the videos; here the web process does.
OF_NGINX = {"MEDIA_ACCEL"}
URLS = {"DATABASE_URL", "BROKER_URL"}
# nginx of compose.yaml leads to the acceptor while the one `ws` is away; here another pod of two or more answers.
STANDS_IN = {"acceptor"}


def megabytes(size: str) -> int:
    """A size of Kubernetes, or of compose.yaml with a variable that has a default."""
    ((number, unit),) = re.findall(r"(\d+)(Mi|Gi|m|g)\}?$", size)
    return int(number) * UNITS[unit]


def test_every_service_of_compose_runs_with_its_image_and_command():
    workloads = of_kinds(WORKLOADS)
    assert set(workloads) == OURS.keys() - STANDS_IN
    for name, workload in workloads.items():
        one, service = container(workload), OURS[name]
        assert (one["image"], one["args"]) == (service["image"], service["command"]), name
    assert workloads["ws"]["spec"]["replicas"] >= 2


def test_every_service_of_compose_has_the_same_memory():
    workloads = of_kinds(RUNNING)
    for name, workload in workloads.items():
        limits = OURS[name]["deploy"]["resources"]["limits"]
        assert megabytes(container(workload)["resources"]["limits"]["memory"]) == megabytes(limits["memory"]), name


def test_with_a_card_renders_run_as_in_the_gpu_file_of_compose():
    service = yaml.safe_load((FOLDER / "compose.gpu.yaml").read_text())["services"]["render"]
    render = of_kinds({"Deployment"}, "gpu")["render"]
    assert {one["image"] for part in ("initContainers", "containers") for one in pod(render)[part]} == {
        service["image"]
    }
    limits, resources = container(render)["resources"]["limits"], service["deploy"]["resources"]
    assert megabytes(limits["memory"]) == megabytes(resources["limits"]["memory"])
    assert limits["nvidia.com/gpu"] == resources["reservations"]["devices"][0]["count"]


def test_the_site_names_every_image():
    workloads = [*of_kinds(WORKLOADS).values(), *of_kinds(WORKLOADS, "gpu").values()]
    used = {container(one)["image"] for one in workloads}
    assert {image["name"] for image in kustomization("site")["images"]} == used


def test_beat_is_one_and_never_two():
    beat = of_kinds(RUNNING)["beat"]["spec"]
    assert (beat["replicas"], beat["strategy"]) == (1, {"type": "Recreate"})
    assert "openuser-beat" not in {one["name"] for one in kustomization("site")["replicas"]}
    assert "beat" not in of_kinds({"HorizontalPodAutoscaler", "ScaledObject"}, *COMPONENTS)


def test_settings_are_those_of_compose_under_names_that_are_read():
    known = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.M))
    shared = environment("base").keys() | environment("site").keys()
    assert set(COMPOSE["x-openuser"]["environment"]) - OF_NGINX <= shared
    assert {name for name in shared if name.removesuffix("_FILE") not in entrypoint.BY_FILE} <= known
    for name, workload in of_kinds(WORKLOADS).items():
        own = {variable["name"] for variable in container(workload).get("env", ())}
        assert own <= OURS[name]["environment"].keys() - shared, name


def test_secrets_are_files_of_a_secret_that_is_not_here():
    assert "Secret" not in {one["kind"] for one in built(*COMPONENTS)}
    for name, value in {**environment("base"), **environment("site")}.items():
        assert urlsplit(value).password is None, name
        assert name in URLS or name not in entrypoint.BY_FILE, name
        if name.removesuffix("_FILE") in entrypoint.BY_FILE and name not in URLS:
            assert value.startswith("/run/secrets/"), name
    for of_pod, one in containers():
        assert {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True} in one["volumeMounts"]
        volumes = {volume["name"]: volume for volume in of_pod["volumes"]}
        assert volumes["secrets"]["secret"]["secretName"] == "openuser-secrets"


def test_no_pod_has_rights_or_writes_to_its_image():
    for of_pod, one in containers():
        secured = of_pod["securityContext"]
        assert (secured["runAsNonRoot"], secured["runAsUser"], secured["fsGroup"]) == (True, 10001, 10001)
        assert secured["seccompProfile"] == {"type": "RuntimeDefault"}
        assert of_pod["automountServiceAccountToken"] is False
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        mounted = {mount["name"]: mount["mountPath"] for mount in one["volumeMounts"]}
        assert (mounted["tmp"], mounted["files"]) == ("/tmp", "/var/lib/openuser")


def test_no_service_sets_a_variable_that_the_entrypoint_reads():
    # Else a Service named `ws` would set WS_PORT to tcp://…
    assert {of_pod["enableServiceLinks"] for of_pod, _ in containers()} == {False}


def test_probes_ask_addresses_and_ports_that_answer():
    for name in ("web", "ws"):
        one = container(of_kinds(RUNNING)[name])
        (port,) = one["ports"]
        asked = [one[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
        assert [probe["path"] for probe in asked] == ["/healthz/start", "/healthz/live", "/healthz/ready"]
        assert {probe["path"] for probe in asked} <= set(probes.VIEWS)
        assert {probe["port"] for probe in asked} == {port["name"]}
        assert str(port["containerPort"]) in " ".join(entrypoint.command(one["args"], {}))


def test_other_processes_are_asked_as_containers_of_compose():
    for name in ("worker", "bulk", "render", "beat"):
        one = container(of_kinds(RUNNING)[name])
        asked = [one[f"{kind}Probe"]["exec"]["command"] for kind in ("startup", "liveness")]
        assert asked == [["python", "-I", "-S", "docker/healthcheck.py"]] * 2


def test_nothing_works_before_migrate_has_run():
    for name in ("worker", "bulk", "render", "beat"):
        (waiting,) = pod(of_kinds(RUNNING)[name])["initContainers"]
        assert waiting["args"] == ["python", "manage.py", "migrate", "--check"]


def test_workers_have_the_time_to_end_what_they_do():
    grace = {name: pod(one).get("terminationGracePeriodSeconds", 30) for name, one in of_kinds(RUNNING).items()}
    assert f"{grace['worker']}s" == OURS["worker"]["stop_grace_period"]
    assert grace["render"] > settings.AVATARS["TIME_LIMIT"]
