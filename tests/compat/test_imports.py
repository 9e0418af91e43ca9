"""All of Rasa can be imported on today's packages."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

EXTRAS = {"rasa.nlu.utils.hugging_face.registry": "No module named 'transformers'"}
"""Modules of Rasa that need an optional package of Rasa's own; nothing here uses them."""

IMPORT_ALL = """
import importlib, json, pkgutil, warnings
warnings.simplefilter('ignore')
import rasa, rasa_sdk
failed, count = {}, 0
for root in (rasa, rasa_sdk):
    for module in pkgutil.walk_packages(root.__path__, root.__name__ + '.', onerror=lambda name: None):
        count += 1
        try:
            importlib.import_module(module.name)
        except Exception as error:
            failed[module.name] = str(error)
print(json.dumps([count, failed]))
"""


@pytest.fixture(scope="module")
def imported() -> tuple[int, dict[str, str]]:
    ran = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    count, failed = json.loads(ran.stdout.splitlines()[-1])
    return count, failed


def test_every_module_of_rasa_can_be_imported_but_those_of_optional_packages(
    imported: tuple[int, dict[str, str]],
) -> None:
    count, failed = imported
    assert failed == EXTRAS
    assert count > 300
