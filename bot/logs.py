"""Quiet, structured logging to standard error: event names and facts, never a visitor's words."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import structlog

_NOISY = ("rasa", "tensorflow", "matplotlib", "asyncio", "apscheduler", "sanic", "numba", "h5py")

OURS = frozenset(
    ("turn", "engine", "nlg", "texts", "website", "console", "record", "postgres", "follow", "alerts", "embeddings")
)
"""How the names of our own events begin; what begins otherwise is a library's, and may hold a visitor's words."""


def quiet_libraries() -> None:
    """To be called before Rasa is imported: keeps TensorFlow's
    and Rasa's start-up chatter off the screen, telemetry off."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("LOG_LEVEL", "ERROR")  # Rasa draws its progress bars at any louder level
    if not sys.warnoptions:
        # Rasa and TensorFlow reset the filters while they load, so their warnings are taken at the exit instead.
        logging.captureWarnings(True)
        logging.getLogger("py.warnings").setLevel(logging.CRITICAL)


def configure_logging(level: int = logging.INFO) -> None:
    """JSON lines on standard error, also for what libraries log, uvicorn's tracebacks among it.

    Rasa speaks only from WARNING on, because its debug lines hold what visitors wrote.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutWords())
    handler.setLevel(max(level, logging.WARNING))
    root = logging.getLogger()
    root.handlers[:] = [*(other for other in root.handlers if not isinstance(other.formatter, _WithoutWords)), handler]
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _only_ours,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


class _WithoutWords(logging.Formatter):
    """A library's line as JSON: who spoke, and of a fault its kind and place. Its text may hold a visitor's words."""

    def format(self, record: logging.LogRecord) -> str:
        """Of what uvicorn says the first line is kept, as it stands in its code: it names what happened and no more."""
        line = {"event": record.name, "level": record.levelname.lower(), "where": f"{record.filename}:{record.lineno}"}
        if record.name.split(".")[0] == "uvicorn" and isinstance(record.msg, str):
            line["said"] = record.msg.partition("\n")[0]
        kind, _, place = record.exc_info or (None, None, None)
        if kind is not None:
            line["error"] = kind.__name__
            if frames := traceback.extract_tb(place):
                line["where"] = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        return json.dumps(line)


def _only_ours(_: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Rasa logs through structlog too; below a warning its lines go, and above it only their names stay."""
    name = str(event.get("event", ""))
    if name.split(".")[0] in OURS:
        return event
    if method in ("debug", "info"):
        raise structlog.DropEvent
    return {"event": f"rasa.{name.split(' ')[0][:60]}", "level": event.get("level")}
