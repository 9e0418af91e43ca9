"""The one file that a website embeds: what goes into widget.js, whether it is up to date, and how it is served.

`make widget` builds `static/widget.js` out of the modules, the style sheet and the texts in `widget/`; the built file
is kept with the code, so that nobody needs Node.js to run the chat.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from bot.safety.normalise import MAX_MESSAGE_LENGTH
from bot.safety.warning import TRANSLATIONS, WARNING, WARNING_DETAIL

SOURCE = Path(__file__).parent / "widget"
BUILT = Path(__file__).parent / "static" / "widget.js"

EMERGENCY_NUMBER = "EMERGENCY_NUMBER_OF_THE_CLINIC"
"""Stands in the built file where the clinic's number goes when it is served."""


def texts() -> dict[str, dict[str, Any]]:
    """The interface's texts by language; a new language is a new file in `widget/i18n`."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((SOURCE / "i18n").glob("*.json"))
    }


def content() -> str:
    """The module `content.js` with everything in the widget that is not code.

    Other languages than English come when they are wanted.
    """
    languages = texts()
    values: dict[str, Any] = {
        "STYLES": _compact((SOURCE / "widget.css").read_text(encoding="utf-8")),
        "TEXTS": {"en": languages["en"]},
        "LAUNCHERS": {
            language: words.get("launcher", languages["en"]["launcher"]) for language, words in languages.items()
        },
        "WARNING": [WARNING, WARNING_DETAIL],
        "WARNING_IN": TRANSLATIONS,
        "EMERGENCY_NUMBER": EMERGENCY_NUMBER,
        "MAX_LENGTH": MAX_MESSAGE_LENGTH,
    }
    return "".join(
        f"export const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in values.items()
    )


def fingerprint() -> str:
    """SHA-256 of everything that widget.js is built from, in
    hexadecimal; the built file carries it in its first line."""
    modules = [path.read_text(encoding="utf-8") for path in sorted(SOURCE.glob("*.js"))]
    return hashlib.sha256("\0".join([content(), *modules]).encode()).hexdigest()


def script(emergency_number: str) -> bytes:
    """widget.js as it is served, without the line that says what it was built from.

    Args:
        emergency_number: what the chat shows before the server has answered, and when it cannot be reached.
    """
    built = BUILT.read_text(encoding="utf-8").split("\n", 1)[1]
    return built.replace(f'"{EMERGENCY_NUMBER}"', json.dumps(emergency_number)).encode()


def integrity(served: bytes) -> str:
    """The value of an `integrity` attribute (subresource integrity, SHA-384) for a script."""
    return "sha384-" + base64.b64encode(hashlib.sha384(served).digest()).decode("ascii")


def _compact(sheet: str) -> str:
    """A style sheet without comments and spare spaces."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    sheet = re.sub(r"\s*([{};])\s*", r"\1", " ".join(sheet.split()))
    sheet = re.sub(r"([:,]) (?=[^{}]*\})", r"\1", sheet).replace(";}", "}").replace(" !important", "!important")
    return re.sub(r"(?<![\d.])0(?=\.\d)", "", sheet).replace(", ", ",")
