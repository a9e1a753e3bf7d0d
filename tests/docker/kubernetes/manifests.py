"""The manifests of docker/kubernetes as kustomize builds them, but for names of images and numbers of pods."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from tests.support.paths import ROOT

FOLDER = ROOT / "docker/kubernetes"
COMPONENTS = tuple(sorted(path.name for path in (FOLDER / "components").iterdir()))
RUNNING = {"Deployment", "StatefulSet"}
WORKLOADS = {*RUNNING, "Job"}
Document = dict[str, Any]


@cache
def kustomization(place: str) -> Document:
    """The kustomization of a folder."""
    found: Document = yaml.safe_load((FOLDER / place / "kustomization.yaml").read_text(encoding="utf-8"))
    return found


def built(*components: str) -> list[Document]:
    """The documents of the base and of the site, and of these components."""
    documents = [*_resources("base"), *_resources("site")]
    for component in components:
        place = f"components/{component}"
        documents += _resources(place)
        for patch in kustomization(place)["patches"]:
            targets = [document for document in documents if _is_target(document, **patch["target"])]
            assert targets, patch["target"]
            for document in targets:
                _change(document, yaml.safe_load(patch["patch"]))
    return documents


def of_kinds(kinds: set[str], *components: str) -> dict[str, Document]:
    """The documents of these kinds, by the process that they are about."""
    found = [document for document in built(*components) if document["kind"] in kinds]
    return {document["metadata"]["labels"]["app.kubernetes.io/component"]: document for document in found}


def pod(workload: Document) -> Document:
    """The specification of a workload's pods."""
    found: Document = workload["spec"]["template"]["spec"]
    return found


def container(workload: Document) -> Document:
    """The one container of a workload."""
    found: Document
    (found,) = pod(workload)["containers"]
    return found


def containers() -> Iterator[tuple[Document, Document]]:
    """Every container after its pod, those that run first too, with all components."""
    for workload in built(*COMPONENTS):
        if workload["kind"] in WORKLOADS:
            of_pod = pod(workload)
            yield from ((of_pod, one) for one in (*of_pod.get("initContainers", ()), *of_pod["containers"]))


@cache
def environment(place: str) -> dict[str, str]:
    """The settings of `base` or of `site`."""
    lines = (FOLDER / place / "settings.env").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def _resources(place: str) -> list[Document]:
    names = [name for name in kustomization(place).get("resources", ()) if name.endswith(".yaml")]
    texts = [(FOLDER / place / name).read_text(encoding="utf-8") for name in names]
    return [document for text in texts for document in yaml.safe_load_all(text)]


def _is_target(document: Document, *, kind: str, name: str) -> bool:
    return bool(re.fullmatch(kind, document["kind"]) and re.fullmatch(name, document["metadata"]["name"]))


def _change(document: Document, operations: list[Document]) -> None:
    """Change a document by a JSON patch (RFC 6902)."""
    for operation in operations:
        *steps, last = operation["path"].strip("/").split("/")
        place: Any = document
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if last == "-":
            place.append(operation["value"])
            continue
        assert (last in place) == (operation["op"] != "add"), operation["path"]
        if operation["op"] == "remove":
            del place[last]
        else:
            place[last] = operation["value"]
