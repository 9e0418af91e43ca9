"""What Prometheus and Grafana are given: every name is one that the product tells, and each alert has a way out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.follower import Metrics as FollowerMetrics
from bot.vocabulary import Route
from bot.website.app import Metrics
from tests.conftest import ROOT
from tests.deploy.test_kubernetes import PODS
from tests.deploy.tools import KUBERNETES, MONITORING, documents, needs, run

RULES: list[Any] = [rule for group in documents(MONITORING / "rules.yml")[0]["groups"] for rule in group["rules"]]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"]: rule["expr"] for rule in RULES if "record" in rule}
DASHBOARD: Any = json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))
PROMETHEUS: Any = documents(MONITORING / "prometheus.yml")[0]
JOBS: list[dict[str, Any]] = PROMETHEUS["scrape_configs"]
TRIED = sorted((ROOT / "tests" / "deploy").glob("rules*_test.yml"))
ITS_OWN = {"up"}
"""What Prometheus tells of whatever it asks."""


def _expressions() -> Iterator[tuple[str, str]]:
    for rule in RULES:
        yield rule.get("alert") or rule["record"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


EXPRESSIONS = list(_expressions())


@cache
def _told() -> set[str]:
    """Every series of the product by name."""
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    families = [*Metrics().registry.collect(), *FollowerMetrics().registry.collect()]
    return {family.name + end for family in families for end in ends[family.type]}


def _names(expression: str) -> set[str]:
    """The series that an expression asks for; what is ours is told apart by how it begins."""
    return set(re.findall(r"\b(?:ozone[_:][a-z0-9_:]+|up)\b", re.sub(r'"[^"]*"', "", expression)))


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS, ids=[where for where, _ in EXPRESSIONS])
def test_each_metric_is_one_that_the_product_tells_or_a_rule_makes_of_such(where: str, expression: str) -> None:
    names = _names(expression)
    assert names
    assert names <= _told() | RECORDED.keys() | ITS_OWN, where


def test_a_route_or_status_that_is_asked_for_is_one_there_is() -> None:
    for _, expression in EXPRESSIONS:
        assert set(re.findall(r'route="(\w+)"', expression)) <= {*Route}
        assert set(re.findall(r'status="(\d+)"', expression)) <= {"401", "429", "500"}
        assert set(re.findall(r'job="([\w-]+)"', expression)) <= {job["job_name"] for job in JOBS}
        for bound in re.findall(r'le="([\d.]+)"', expression):
            assert float(bound) in Metrics().seconds._upper_bounds


def test_each_alert_says_what_is_wrong_and_leads_to_a_part_of_the_runbook() -> None:
    for alert in ALERTS:
        assert alert["labels"]["severity"] in ("page", "ticket")
        assert alert["annotations"]["summary"].endswith(".")
        page, _, part = alert["annotations"]["runbook"].partition("#")
        headings = re.findall(r"^### (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        assert part in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_what_is_scaled_on_is_what_the_adapter_makes_of_what_prometheus_works_out() -> None:
    (scaler,) = (
        made for made in documents(KUBERNETES / "base" / "scaling.yml") if made["kind"] == "HorizontalPodAutoscaler"
    )
    asked = {one["pods"]["metric"]["name"] for one in scaler["spec"]["metrics"] if one["type"] == "Pods"}
    made = documents(MONITORING / "adapter.yml")[0]["rules"]
    assert {rule["name"]["as"] for rule in made} == asked
    for rule in made:
        (series,) = _names(rule["seriesQuery"])
        assert "namespace, pod" in RECORDED[series]


def test_prometheus_looks_for_the_workers_that_there_are() -> None:
    for job in JOBS:
        labelled, port = (rule["regex"] for rule in job["relabel_configs"] if rule.get("action") == "keep")
        pod = PODS[labelled.split(";")[1]]
        labels = pod["metadata"]["labels"]
        assert [labels[f"app.kubernetes.io/{name}"] for name in ("name", "component")] == labelled.split(";")
        named = [one["name"] for container in pod["spec"]["containers"] for one in container.get("ports", [])]
        assert named.count(port) == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of Prometheus as promtool reads them: Debian's cannot look for pods, so it is shown a list of them."""
    static = [{key: value for key, value in job.items() if key != "kubernetes_sd_configs"} for job in JOBS]
    for job in static:
        job["static_configs"] = [{"targets": ["127.0.0.1:8080"]}]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump({**PROMETHEUS, "scrape_configs": static}), encoding="utf-8")
    for path in (MONITORING / "rules.yml", *TRIED):
        shutil.copy(path, tmp_path)
    return tmp_path


@needs("promtool")
def test_prometheus_takes_its_configuration_and_the_rules(folder: Path) -> None:
    checked = run("promtool", "check", "config", folder / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(RULES)} rules found" in checked.stdout


@needs("promtool")
def test_alerts_fire_when_they_should_and_then_alone(folder: Path) -> None:
    tried = run("promtool", "test", "rules", *(folder / path.name for path in TRIED))
    assert tried.returncode == 0, tried.stdout + tried.stderr


@needs("promtool")
def test_prometheus_takes_every_question_of_the_dashboard(tmp_path: Path) -> None:
    asked = [expression.replace("$__rate_interval", "1m") for _, expression in EXPRESSIONS]
    rules = [{"record": f"asked:{number}", "expr": expression} for number, expression in enumerate(asked)]
    groups = {"groups": [{"name": "asked", "rules": rules}]}
    (tmp_path / "asked.yml").write_text(yaml.safe_dump(groups), encoding="utf-8")
    checked = run("promtool", "check", "rules", tmp_path / "asked.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dashboard_fits_on_its_grid() -> None:
    """24 columns; no panel lies on another, and each says in which unit it counts."""
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        covered = {
            (column, row)
            for column in range(place["x"], place["x"] + place["w"])
            for row in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not covered & cells, panel["title"]
        cells |= covered
        assert panel["fieldConfig"]["defaults"]["unit"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
