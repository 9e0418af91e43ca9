"""deploy/kubernetes as a cluster would read it. None runs in the tests: docs/scale-deploy.md says what that leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from bot.cli import main
from bot.settings import Settings
from tests.conftest import ROOT
from tests.deploy.tools import KUBERNETES, documents, needs, resources, run

EXAMPLE = KUBERNETES / "example"
MADE = resources(EXAMPLE)
VERSIONS = ("1.33", "1.35", "1.37")
"""Of Kubernetes, whose schemas the manifests are held against."""


def _one(kind: str, name: str) -> Any:
    (found,) = (made for made in MADE if made["kind"] == kind and made["metadata"]["name"] == name)
    return found


def _kind(kind: str) -> list[Any]:
    return [made for made in MADE if made["kind"] == kind]


WORKLOADS = [_one("Deployment", "website"), _one("StatefulSet", "console")]
PODS = {made["metadata"]["name"]: made["spec"]["template"] for made in WORKLOADS}
WEBSITE = PODS["website"]["spec"]
CONTAINERS = {
    f"{pod}/{container['name']}": container
    for pod, template in PODS.items()
    for container in (*template["spec"]["initContainers"], *template["spec"]["containers"])
}
SERVING = {name: container for name, container in CONTAINERS.items() if not name.endswith("/prepare")}


# --- held against Kubernetes itself ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What kubectl makes of the example."""
    made = run("kubectl", "kustomize", EXAMPLE)
    assert made.returncode == 0, made.stderr
    path = tmp_path_factory.mktemp("built") / "all.yml"
    path.write_text(made.stdout, encoding="utf-8")
    return path


@needs("kubectl")
@needs("kubernetes-validate")
@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_every_manifest(built: Path, version: str) -> None:
    checked = run("kubernetes-validate", "--strict", "--quiet", "-k", version, built)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs("kubernetes-validate")
def test_a_field_that_kubernetes_does_not_know_is_found(tmp_path: Path) -> None:
    """The check above would say so."""
    text = (KUBERNETES / "base" / "website.yml").read_text(encoding="utf-8")
    (tmp_path / "website.yml").write_text(text.replace("minReadySeconds:", "minReadyMinutes:"), encoding="utf-8")
    checked = run("kubernetes-validate", "--strict", "--quiet", tmp_path / "website.yml")
    assert checked.returncode != 0
    assert "minReadyMinutes" in checked.stdout + checked.stderr


@needs("kubectl")
def test_the_example_is_the_whole_with_the_clinics_image_in_its_namespace(built: Path) -> None:
    found = documents(built)
    told = documents(EXAMPLE / "kustomization.yml")[0]
    wanted = {f"{image['newName']}:{image['newTag']}" for image in told["images"]}
    assert {(one["kind"], one["metadata"]["name"]) for one in found} == {
        (one["kind"], one["metadata"]["name"]) for one in MADE
    }
    assert {one["metadata"].get("namespace") for one in found} == {told["namespace"]}
    images = set(re.findall(r"image: (\S+)", built.read_text(encoding="utf-8")))
    assert images == wanted
    assert {image["name"] for image in told["images"]} == {container["image"] for container in CONTAINERS.values()}


# --- what a container may do -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pod", PODS)
def test_a_pod_runs_without_rights_and_knows_nothing_of_the_cluster(pod: str) -> None:
    spec = PODS[pod]["spec"]
    rights = spec["securityContext"]
    assert rights["runAsNonRoot"] is True
    assert (rights["runAsUser"], rights["runAsGroup"], rights["fsGroup"]) == (10001, 10001, 10001)
    assert rights["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC", "serviceAccountName"} & set(spec)


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_may_do_no_more_than_it_must(name: str) -> None:
    rights = CONTAINERS[name]["securityContext"]
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert "privileged" not in rights


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_asks_for_what_it_takes_and_cannot_take_a_whole_node(name: str) -> None:
    asked, most = CONTAINERS[name]["resources"]["requests"], CONTAINERS[name]["resources"]["limits"]
    assert {"cpu", "memory"} <= asked.keys()
    assert _mebibytes(asked["memory"]) < _mebibytes(most["memory"])
    assert "cpu" not in most, "held back, a worker is slow just when it is needed"


def _mebibytes(told: str) -> float:
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", told).groups()  # type: ignore[union-attr]
    return float(number) * {"Mi": 1, "Gi": 1024}[unit]


@pytest.mark.parametrize("pod", PODS)
def test_nothing_of_a_pod_grows_without_an_end(pod: str) -> None:
    for volume in PODS[pod]["spec"]["volumes"]:
        assert "hostPath" not in volume
        if "emptyDir" in volume:
            assert volume["emptyDir"]["sizeLimit"]


# --- what keeps visitors served --------------------------------------------------------------------------------------


def test_a_roll_out_takes_no_worker_away_before_another_is_ready() -> None:
    made = _one("Deployment", "website")["spec"]
    assert made["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    assert made["minReadySeconds"] > 0
    assert "replicas" not in made, "each `apply` would undo what the autoscaler did"


def test_a_worker_comes_in_when_all_is_right_and_stays_in_when_the_database_goes() -> None:
    """/readyz fails on every worker at once then, and nobody would be left to tell an emergency number."""
    container = SERVING["website/website"]
    assert container["startupProbe"]["httpGet"]["path"] == "/readyz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_a_worker_that_goes_takes_what_is_still_sent_and_ends_in_time() -> None:
    wait = int(SERVING["website/website"]["lifecycle"]["preStop"]["exec"]["command"][-1])
    probe = SERVING["website/website"]["readinessProbe"]
    assert wait >= probe["periodSeconds"] * probe["failureThreshold"]
    assert PODS["website"]["spec"]["terminationGracePeriodSeconds"] >= wait + 20


def test_workers_are_spread_over_machines_and_zones() -> None:
    spread = {one["topologyKey"]: one for one in WEBSITE["topologySpreadConstraints"]}
    assert spread.keys() == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    for one in spread.values():
        assert one["labelSelector"]["matchLabels"] == PODS["website"]["metadata"]["labels"]


def test_at_least_one_worker_is_left_whatever_is_taken_away() -> None:
    scaler = _one("HorizontalPodAutoscaler", "website")["spec"]
    budget = _one("PodDisruptionBudget", "website")["spec"]
    assert budget["maxUnavailable"] < scaler["minReplicas"] <= scaler["maxReplicas"]
    assert budget["selector"]["matchLabels"] == PODS["website"]["metadata"]["labels"]
    target = scaler["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", "website")


def test_there_is_one_review_record() -> None:
    made = _one("StatefulSet", "console")["spec"]
    assert made["replicas"] == 1
    assert {claim["metadata"]["name"] for claim in made["volumeClaimTemplates"]} == {"content", "record", "secret"}
    mounts = [
        {mount["mountPath"]: mount["name"] for mount in SERVING[name]["volumeMounts"]}
        for name in ("console/console", "console/follow")
    ]
    assert mounts[0] == mounts[1]


# --- everything that is named is there -------------------------------------------------------------------------------


@pytest.mark.parametrize("made", _kind("Service"), ids=lambda made: made["metadata"]["name"])
def test_a_service_leads_to_a_port_that_something_listens_on(made: Any) -> None:
    spec = PODS[made["metadata"]["name"]]
    assert made["spec"]["selector"] == spec["metadata"]["labels"]
    named = {port["name"]: port for one in spec["spec"]["containers"] for port in one.get("ports", [])}
    assert all(port["targetPort"] in named for port in made["spec"]["ports"])


def test_ports_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "CONSOLE_PORT"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    ports = {name: one["ports"][0]["containerPort"] for name, one in SERVING.items()}
    assert ports == {
        "website/website": settings.port,
        "console/console": settings.console_port,
        "console/follow": settings.follow_port,
    }
    for pod in PODS:
        opened = [port["port"] for rule in _one("NetworkPolicy", pod)["spec"]["ingress"] for port in rule["ports"]]
        assert sorted(opened) == sorted(port for name, port in ports.items() if name.startswith(f"{pod}/"))


def test_the_services_names_do_not_become_settings() -> None:
    """A service `console` would set CONSOLE_PORT to an address, and the console would not start."""
    assert all(pod["spec"]["enableServiceLinks"] is False for pod in PODS.values())


def test_each_way_in_from_outside_leads_to_a_service_with_a_certificate_of_its_own() -> None:
    certificates = []
    for made in _kind("Ingress"):
        assert {rule["host"] for rule in made["spec"]["rules"]} == {
            host for tls in made["spec"]["tls"] for host in tls["hosts"]
        }
        certificates += [tls["secretName"] for tls in made["spec"]["tls"]]
        for rule in made["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                service = _one("Service", path["backend"]["service"]["name"])
                assert path["backend"]["service"]["port"]["name"] in {port["name"] for port in service["spec"]["ports"]}
    assert len(certificates) == len(set(certificates)) == 2


def _variables(container: Any) -> dict[str, Any]:
    given = {one["name"]: one.get("value", one.get("valueFrom")) for one in container.get("env", [])}
    for source in container.get("envFrom", []):
        given |= _one("ConfigMap", source["configMapRef"]["name"])["data"]
    return given


@pytest.mark.parametrize("name", SERVING)
def test_each_setting_is_one_that_the_code_reads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    for variable, value in _variables(SERVING[name]).items():
        assert f"`{variable}`" in page, variable
        if isinstance(value, str):
            monkeypatch.setenv(variable, value)
    settings = Settings()
    assert settings.https
    assert settings.processes == (1 if name == "website/website" else settings.processes)
    assert settings.trusted_proxies
    assert settings.operators
    for path, mount in ((settings.database, "record"), (settings.secret_file, "secret")):
        mounts = {one["name"]: one["mountPath"] for one in SERVING[name]["volumeMounts"]}
        assert path.is_relative_to(mounts[mount])
        assert path.parent != Path(mounts[mount]), "the folder of a volume is not one account's alone; one within it is"


@pytest.mark.parametrize("name", SERVING)
def test_each_container_runs_a_command_that_exists(name: str) -> None:
    command: click.Command = main
    for word in SERVING[name]["args"]:
        assert isinstance(command, click.Group)
        assert word in command.commands
        command = command.commands[word]
    assert not isinstance(command, click.Group)


@pytest.mark.parametrize("pod", PODS)
def test_what_a_pod_may_write_is_laid_out_where_its_settings_look_for_it(pod: str) -> None:
    first = CONTAINERS[f"{pod}/prepare"]
    assert (ROOT / first["command"][1]).is_file()
    for name, container in SERVING.items():
        if name.startswith(f"{pod}/"):
            assert _variables(first).items() <= _variables(container).items()
            mounted = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
            assert {mount["mountPath"]: mount["name"] for mount in first["volumeMounts"]}.items() <= {
                **mounted,
                "/etc/ozone": "given",
            }.items()
    (given,) = (volume for volume in PODS[pod]["spec"]["volumes"] if volume["name"] == "given")
    assert given["secret"]["defaultMode"] == 0o440


def _secrets() -> Iterator[tuple[str, str]]:
    """Each Secret that a pod needs, with one of the keys in it."""
    for pod in PODS.values():
        for volume in pod["spec"]["volumes"]:
            if "secret" in volume:
                yield volume["secret"]["secretName"], "secret"
    for container in CONTAINERS.values():
        for value in _variables(container).values():
            if isinstance(value, dict):
                yield value["secretKeyRef"]["name"], value["secretKeyRef"]["key"]


def test_each_secret_is_in_no_file_and_the_page_tells_how_it_is_made() -> None:
    page = (ROOT / "docs" / "scale-deploy.md").read_text(encoding="utf-8")
    assert not _kind("Secret")
    told = re.findall(r"create secret generic (\S+) .*?--from-(?:literal|file)=(\w+)=", page)
    assert set(told) == set(_secrets())


def test_whoever_is_not_named_is_refused() -> None:
    assert _one("NetworkPolicy", "nobody")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for made in _kind("NetworkPolicy"):
        for rule in made["spec"].get("ingress", []):
            assert rule["from"], "an empty list is everybody"
        for rule in made["spec"].get("egress", []):
            assert rule["ports"], "an empty list is every port"
