"""Where things are and how big they may be. Each field of `Settings` names the environment variable that sets it."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MAX_BODY_BYTES = 64_000
"""Bytes of a request body that are read at all; how much of a message is, says `bot.safety.normalise`."""

_PROCESSES = 2
"""Of the website, where there are as many cores; each takes about 270 MB."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?")


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and the remedy."""


def _path(name: str, default: Path) -> Path:
    return Path(os.environ.get(name, default))


def _port(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit() or not 0 <= int(value) <= 65535:
        raise SettingsError(f"{name} is {value!r}; it must be a port number between 0 and 65535.")
    return int(value)


def _count(name: str, default: int, most: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit() or not 1 <= int(value) <= most:
        raise SettingsError(f"{name} is {value!r}; it must be a number from 1 to {most}.")
    return int(value)


def _amount(name: str, default: int) -> float:
    value = os.environ.get(name, str(default))
    if value.lower() == "off":
        return 0.0
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", value):
        raise SettingsError(f"{name} is {value!r}; it must be a number such as 4 or 0.5, or off.")
    return float(value)


def _origins(name: str) -> tuple[str, ...]:
    given = tuple(origin.strip() for origin in os.environ.get(name, "").split(",") if origin.strip())
    for origin in given:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"{name} holds {origin!r}; write exact origins such as https://clinic.example, without a path,"
                " separated by commas."
            )
    return given


def _secret_address(name: str, pattern: str, wrong: str) -> str:
    """Not shown in what is said of it: a webhook's address is a secret, and others hold a password."""
    value = os.environ.get(name, "").strip()
    if value and not re.fullmatch(pattern, value):
        raise SettingsError(f"{name} is no {wrong}")
    return value


def _web_address(name: str) -> str:
    return _secret_address(
        name,
        r"https?://[^\s/@?#]+([/?][^\s#]*)?",
        "web address; write one such as https://clinic.example/hook, or nothing.",
    )


def _postgres(name: str) -> str:
    return _secret_address(
        name,
        r"postgres(ql)?://\S+",
        "address of a PostgreSQL; write one such as postgresql://user:password@db.example:5432/ozone,"
        " or nothing to keep the turns in a file.",
    )


def _mail_server(name: str) -> str:
    return _secret_address(
        name,
        r"smtps?://([^\s/@:]+:[^\s/@]+@)?[^\s/@:]+(:\d{1,5})?/?",
        "mail server; write smtp://user:password@mail.example:587, or smtps:// for TLS from the"
        " start. Signs in the user or the password that mean something in an address are written as %40 and so on.",
    )


def _mail_addresses(name: str) -> tuple[str, ...]:
    given = tuple(address.strip() for address in os.environ.get(name, "").split(",") if address.strip())
    for address in given:
        if not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", address):
            raise SettingsError(f"{name} holds {address!r}; write e-mail addresses, separated by commas.")
    return given


def _networks(name: str, default: str) -> tuple[str, ...]:
    given = tuple(address.strip() for address in os.environ.get(name, default).split(",") if address.strip())
    for address in given:
        try:
            ipaddress.ip_network(address)
        except ValueError as error:
            remedy = "write addresses or networks such as 10.0.0.2 or 10.0.0.0/24, separated by commas"
            raise SettingsError(f"{name} holds {address!r}; {remedy}.") from error
    return given


@dataclass(frozen=True)
class Settings:
    """All settings, read once when a process starts.

    Raises:
        SettingsError: a value that cannot be used.
    """

    data: Path = field(default_factory=lambda: _path("OZONE_DATA", ROOT / "data"))
    models: Path = field(default_factory=lambda: _path("OZONE_MODELS", ROOT / "models"))
    database: Path = field(default_factory=lambda: _path("OZONE_DATABASE", ROOT / "var" / "record.db"))
    database_url: str = field(default_factory=lambda: _postgres("DATABASE_URL"), repr=False)
    """The PostgreSQL that keeps the turns of many machines; empty for the record of this one (docs/scale.md)."""
    database_connections: int = field(default_factory=lambda: _count("OZONE_DATABASE_CONNECTIONS", 4, 100))
    """To that PostgreSQL, at most, of each process."""
    follow_port: int = field(default_factory=lambda: _port("OZONE_FOLLOW_PORT", 8082))
    """Where `record follow` shows its metrics; 0 for nowhere."""
    secret_file: Path = field(default_factory=lambda: _path("OZONE_SECRET_FILE", ROOT / "var" / "secret"))
    encoder_model: Path | None = field(
        default_factory=lambda: Path(value) if (value := os.environ.get("OZONE_ENCODER_MODEL")) else None
    )
    encoder_tokenizer: Path | None = field(
        default_factory=lambda: Path(value) if (value := os.environ.get("OZONE_ENCODER_TOKENIZER")) else None
    )
    host: str = field(default_factory=lambda: os.environ.get("HOST", "127.0.0.1"))
    port: int = field(default_factory=lambda: _port("PORT", 8080))
    console_port: int = field(default_factory=lambda: _port("CONSOLE_PORT", 8081))
    processes: int = field(default_factory=lambda: _count("OZONE_PROCESSES", min(_PROCESSES, os.cpu_count() or 1), 64))
    https: bool = field(default_factory=lambda: os.environ.get("OZONE_HTTPS", "") in ("1", "true", "yes"))
    allowed_origins: tuple[str, ...] = field(default_factory=lambda: _origins("OZONE_ALLOWED_ORIGINS"))
    limits: float = field(default_factory=lambda: _amount("OZONE_LIMITS", 1))
    """How many times what `bot.website.limits` allows one visitor; `off` for no limits."""
    free_disk_mb: int = field(default_factory=lambda: _count("OZONE_FREE_DISK_MB", 200, 1_000_000))
    """From less free space than this on, readiness says that the disk is nearly full."""
    operators: tuple[str, ...] = field(default_factory=lambda: _networks("OZONE_OPERATORS", ""))
    """Who may ask for metrics and readiness beside this machine itself."""
    trusted_proxies: tuple[str, ...] = field(default_factory=lambda: _networks("OZONE_TRUSTED_PROXIES", "127.0.0.1"))
    """Whose word on a visitor's address and on HTTPS counts: a proxy elsewhere than on this machine has to be named."""
    keep_requests_days: int = field(default_factory=lambda: _count("OZONE_KEEP_REQUESTS_DAYS", 365, 3650))
    """For how many days after the last change a question to the clinical
    team is kept; conversations go by `retention_days` in data/clinic.yml."""
    alert_webhook: str = field(default_factory=lambda: _web_address("OZONE_ALERT_WEBHOOK"), repr=False)
    """Where new requests and emergencies are told as JSON by POST; empty for nowhere (docs/alerts.md)."""
    alert_email: tuple[str, ...] = field(default_factory=lambda: _mail_addresses("OZONE_ALERT_EMAIL"))
    """Who gets an e-mail of them; `smtp` says through which server, `alert_from` from whom (the first by default)."""
    alert_from: str = field(default_factory=lambda: next(iter(_mail_addresses("OZONE_ALERT_FROM")), ""))
    smtp: str = field(default_factory=lambda: _mail_server("OZONE_SMTP"), repr=False)
    console_address: str = field(default_factory=lambda: _web_address("OZONE_CONSOLE_ADDRESS"))
    """Where staff's browsers find the console, for links in alerts; empty for none."""

    def __post_init__(self) -> None:
        if self.alert_email and not self.smtp:
            raise SettingsError(
                "OZONE_ALERT_EMAIL needs a mail server; set OZONE_SMTP to one, such as"
                " smtp://user:password@mail.example:587."
            )
