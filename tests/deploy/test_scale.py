"""compose.scale.yml on top of compose.yml, and endpoints.scale.yml."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest
import yaml

from bot.cli import main
from bot.settings import Settings
from tests.conftest import ROOT
from tests.deploy.proxy import DEPLOY
from tests.deploy.test_containers import COMPOSE

SCALE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.scale.yml").read_text(encoding="utf-8"))
NEW = {name: made for name, made in SCALE["services"].items() if name not in COMPOSE["services"]}
CHANGED = {name: made for name, made in SCALE["services"].items() if name in COMPOSE["services"]}
_SETTING = re.compile(r"\$\{(\w+):[-?]([^}]*)\}")


@pytest.mark.parametrize("service", NEW)
def test_a_new_container_may_do_no_more_than_the_others(service: str) -> None:
    made = NEW[service]
    assert made["read_only"] is True
    assert made["cap_drop"] == ["ALL"]
    assert made["security_opt"] == ["no-new-privileges:true"]
    assert made["user"] not in ("0", "0:0", "root")
    assert "ports" not in made
    assert made["mem_limit"] == made["memswap_limit"]
    assert 0 < made["pids_limit"] <= 256
    assert all("noexec,nosuid,nodev" in mount for mount in made["tmpfs"])
    assert made.get("network_mode") == "none" or list(made["networks"]) == ["inside"]


def test_nobody_is_given_an_address_that_another_has() -> None:
    addresses = [
        network["ipv4_address"]
        for file in (COMPOSE, SCALE)
        for made in file["services"].values()
        if isinstance(made.get("networks"), dict)
        for network in made["networks"].values()
        if network
    ]
    assert len(addresses) == len(set(addresses)) == 5


def test_whoever_writes_or_follows_turns_knows_the_database_and_shares_what_is_promoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for service in ("website", "console", "training", "follow", "prepare"):
        made = SCALE["services"][service]
        assert "content:/var/lib/ozone/content" in made["volumes"]
        for name, value in made["environment"].items():
            monkeypatch.setenv(name, _SETTING.sub(lambda found: found[2], value).replace("Set it in deploy/.env", "x"))
        settings = Settings()
        assert settings.database_url.endswith("@database:5432/ozone")
        assert settings.data.is_relative_to("/var/lib/ozone/content")
        assert settings.models.is_relative_to("/var/lib/ozone/content")


def test_the_website_waits_for_the_database_and_for_its_content() -> None:
    assert CHANGED["website"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "prepare": {"condition": "service_completed_successfully"},
    }
    assert "healthcheck" in NEW["database"]
    assert NEW["prepare"]["restart"] == "no"


def test_the_follower_has_the_record_the_secret_and_a_healthcheck_on_its_own_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = NEW["follow"]
    assert {"record:/var/lib/ozone/record", "secret:/var/lib/ozone/secret"} <= set(made["volumes"])
    monkeypatch.delenv("OZONE_FOLLOW_PORT", raising=False)
    assert made["healthcheck"]["test"][3] == str(Settings().follow_port)
    command: click.Command = main
    for word in made["command"]:
        assert isinstance(command, click.Group)
        command = command.commands[word]


def test_its_commands_and_files_are_there() -> None:
    (program,) = NEW["prepare"]["entrypoint"][1:]
    assert (ROOT / program).is_file()
    assert set(SCALE["volumes"]) == {"content", "database"}


def test_plain_rasa_keeps_its_turns_where_ours_are_and_words_nothing_of_its_own() -> None:
    many, one = (
        yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) for name in ("endpoints.scale.yml", "endpoints.yml")
    )
    assert (many["nlg"], many["tracker_store"]) == (one["nlg"], one["tracker_store"])
    assert many["action_endpoint"]["url"] == "${ACTION_ENDPOINT}"
