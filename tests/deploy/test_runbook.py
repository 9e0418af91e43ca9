"""Whoever is woken at three types what the runbook says: each command of it exists, and each query runs."""

from __future__ import annotations

import re
import shlex
from functools import cache

import pytest

from tests.conftest import ROOT
from tests.deploy.test_kubernetes import MADE, PODS
from tests.deploy.test_monitoring import ALERTS
from tests.deploy.tools import needs, run
from tests.postgres import Server

PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("runbook.md", "scale-deploy.md")}
RUNBOOK = PAGES["runbook.md"]
NAMED = {(made["kind"].lower(), made["metadata"]["name"]) for made in MADE}
SHORT = {"hpa": "horizontalpodautoscaler"}


def _typed(start: str) -> list[str]:
    """Every command that begins so, in blocks and within sentences."""
    found = set()
    for page in PAGES.values():
        joined = re.sub(r"\\\n\s*", "", page)
        for line in re.findall(rf"^ *({start} .*)$|`({start} [^`]*)`", joined, re.MULTILINE):
            found.add(re.split(r"\s{2,}#", line[0] or line[1])[0].strip())
    return sorted(found)


KUBECTL = _typed("kubectl")
QUERIES = [shlex.split(line)[-1] for line in _typed("psql")]


def _verb(words: list[str]) -> tuple[list[str], list[str]]:
    """What kubectl is told to do, and with what, without the namespace."""
    rest = words[1:]
    if rest[:1] == ["-n"]:
        rest = rest[2:]
    length = {"rollout": 2, "top": 2, "create": 3 if "secret" in rest else 2}.get(rest[0], 1)
    return rest[:length], rest[length:]


@cache
def _help(*verb: str) -> str:
    told = run("kubectl", *verb, "--help")
    assert told.returncode == 0
    return told.stdout


def test_there_is_enough_to_look_at() -> None:
    assert len(KUBECTL) > 20
    assert len(QUERIES) >= 7


@needs("kubectl")
@pytest.mark.parametrize("line", KUBECTL)
def test_kubectl_knows_the_command_and_its_options(line: str) -> None:
    verb, rest = _verb(shlex.split(line))
    told = _help(*verb)
    assert f"kubectl {' '.join(verb)}" in told, line
    for word in rest[: rest.index("--")] if "--" in rest else rest:
        if re.match(r"--?[a-z]", word):
            option = word.partition("=")[0]
            assert re.search(rf"(^|\s){re.escape(option)}[,=:\s]", told), f"{line}: {option}"


@pytest.mark.parametrize("line", KUBECTL)
def test_what_a_command_names_is_in_the_cluster(line: str) -> None:
    for kind, name in re.findall(r"\b(deployment|statefulset)/([\w-]+)", line):
        assert (kind, name) in NAMED
    for kind, name in re.findall(r"\b(hpa) ([\w-]+)", line):
        assert (SHORT[kind], name) in NAMED
    containers = {container["name"] for pod in PODS.values() for container in pod["spec"]["containers"]}
    assert set(re.findall(r" -c ([\w-]+)", line)) <= containers
    assert set(re.findall(r"component=([\w-]+)", line)) <= PODS.keys()
    for claim, pod in re.findall(r"pvc (\w+)-([\w-]+)-0", line):
        (made,) = (one for one in MADE if one["kind"] == "StatefulSet" and one["metadata"]["name"] == pod)
        assert claim in {one["metadata"]["name"] for one in made["spec"]["volumeClaimTemplates"]}
    for path in re.findall(r"deploy/[\w./]+\.py", line):
        assert (ROOT / path).is_file()


def test_each_query_runs_where_our_tables_are(postgres: Server, postgres_template: str) -> None:
    name = postgres.create(postgres_template)
    for query in QUERIES:
        postgres.ask(query, name)


def test_each_part_of_the_night_says_where_to_look_and_what_to_do() -> None:
    night = RUNBOOK.partition("## What happens at night")[2].partition("## What has until the morning")[0]
    parts = re.split(r"^### ", night, flags=re.MULTILINE)[1:]
    assert len(parts) == 10
    for part in parts:
        assert "**Look**" in part, part.splitlines()[0]
        assert "**Do.**" in part, part.splitlines()[0]


def test_each_alert_that_wakes_somebody_is_of_the_night_and_named_there() -> None:
    night, _, morning = RUNBOOK.partition("## What has until the morning")
    for alert in ALERTS:
        assert f"`{alert['alert']}`" in (night if alert["labels"]["severity"] == "page" else night + morning)
