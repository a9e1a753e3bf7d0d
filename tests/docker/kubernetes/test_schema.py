"""The manifests keep to Kubernetes's own schemas, and what they name is there."""

import kubernetes_validate
import pytest

from tests.docker.kubernetes.manifests import COMPONENTS, FOLDER, WORKLOADS, built, kustomization, of_kinds, pod

VERSIONS = ("1.30", "1.37")  # the oldest one of docs/operations.md, and the newest one that has a schema


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("components", [(), COMPONENTS], ids=["the site", "with all components"])
def test_every_document_keeps_strictly_to_the_schema(version, components):
    for document in built(*components):
        if document["kind"] != "ScaledObject":  # KEDA's own
            assert kubernetes_validate.validate(document, version, strict=True) == version


def test_a_field_that_kubernetes_does_not_know_is_found():
    beat = of_kinds({"Deployment"})["beat"]
    pod(beat)["containers"][0]["livenessProbe"]["periodSecond"] = 60
    with pytest.raises(kubernetes_validate.ValidationError, match="periodSecond"):
        kubernetes_validate.validate(beat, VERSIONS[-1], strict=True)


def test_every_file_is_part_of_a_kustomization():
    for path in FOLDER.rglob("*.yaml"):
        if path.name != "kustomization.yaml":
            assert path.name in kustomization(str(path.parent.relative_to(FOLDER)))["resources"], path


def test_no_document_names_a_namespace():
    assert [one["metadata"]["name"] for one in built(*COMPONENTS) if "namespace" in one["metadata"]] == []


def test_the_site_mentions_every_component():
    text = (FOLDER / "site/kustomization.yaml").read_text(encoding="utf-8")
    assert [name for name in COMPONENTS if f"../components/{name}\n" not in text] == []


def test_every_selector_finds_pods():
    documents = built(*COMPONENTS)
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in documents if one["kind"] in WORKLOADS]
    for one in documents:
        spec = one.get("spec", {})
        selector = spec.get("selector") or spec.get("podSelector") or {}
        labels = selector.get("matchLabels", selector)
        assert any(labels.items() <= of_pod.items() for of_pod in pods), one["metadata"]["name"]
        for expression in selector.get("matchExpressions", ()):
            assert set(expression["values"]) <= {of_pod[expression["key"]] for of_pod in pods}


def test_every_target_service_and_claim_is_there():
    documents = built(*COMPONENTS)
    there = {(one["kind"], one["metadata"]["name"]) for one in documents}
    for one in documents:
        if one["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"}:
            target = one["spec"]["scaleTargetRef"]
            assert (target.get("kind", "Deployment"), target["name"]) in there
        elif one["kind"] == "Ingress":
            paths = [path for rule in one["spec"]["rules"] for path in rule["http"]["paths"]]
            assert {("Service", path["backend"]["service"]["name"]) for path in paths} <= there
        elif one["kind"] in WORKLOADS:
            claims = [volume.get("persistentVolumeClaim") for volume in pod(one)["volumes"]]
            assert {("PersistentVolumeClaim", claim["claimName"]) for claim in claims if claim} <= there
