"""Starting one of this project's own commands beside the console: what needs Rasa or the encoder never runs in the console itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import structlog

from bot.settings import ROOT, Settings

log = structlog.get_logger()


def launcher(settings: Settings) -> Callable[[Sequence[str]], None]:
    """A function that starts `python -m bot ...` on the console's own record and data, and does not wait for it."""
    environment = {**os.environ, "OZONE_DATABASE": str(settings.database), "OZONE_DATA": str(settings.data), "OZONE_MODELS": str(settings.models)}

    def launch(arguments: Sequence[str]) -> None:
        subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        log.info("console.launched", command=" ".join(arguments[:2]))

    return launch
