"""Serving without TensorFlow: Rasa imports it for networks that this assistant does not have (docs/adr/005-start.md)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import yaml

from bot.settings import ROOT

_LEFT_OUT = frozenset({"tensorflow", "keras", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "boto3", "pymongo", "matplotlib", "aiogram"})
"""TensorFlow, and what Rasa imports for the stores, plots and channels that are not used here."""


def leave_out_tensorflow() -> bool:
    """To be called before Rasa is imported: puts stand-ins in the place of TensorFlow, unless a component may need it.

    Returns:
        Whether it was left out. It never is once something has imported it, nor with a component that is not ours.
    """
    if "tensorflow" in sys.modules or _uses_others(yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))):
        return False
    sys.meta_path.insert(0, _Finder())
    return True


def _uses_others(config: dict[str, Any]) -> bool:
    """Whether config.yml names a component that is neither ours nor Rasa's RulePolicy."""
    names = [str(component["name"]) for part in ("pipeline", "policies") for component in config.get(part) or []]
    return not all(name.startswith("bot.") or name == "RulePolicy" for name in names)


class _Names(type):
    """A class whose every attribute is again a stand-in, so that `tf.keras.Model` can be named and derived from."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class _StandIn(Exception, metaclass=_Names):
    def __new__(cls, *args: Any, **kwargs: Any) -> _StandIn:
        raise RuntimeError("this process was started without TensorFlow, because config.yml has no component that needs it.")


class _Module(ModuleType):
    __version__ = "0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandIn


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in _LEFT_OUT else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""
