"""Stand-ins for packages that Rasa imports at its start and that this assistant never runs.

A stand-in can be imported, named and derived from. Whoever calls it hears which package is missing and how to get it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any

NOT_TO_SERVE = frozenset(
    {
        "aio_pika",
        "aiohttp",
        "aiormq",
        "apscheduler",
        "colorclass",
        "dask",
        "jsonpickle",
        "jwt",
        "matplotlib",
        "networkx",
        "prompt_toolkit",
        "pytz",
        "questionary",
        "randomname",
        "regex",
        "requests",
        "sanic",
        "sanic_cors",
        "sanic_jwt",
        "scipy",
        "sklearn",
        "socketio",
        "sqlalchemy",
        "structlog_sentry",
        "terminaltables",
        "tqdm",
        "typing_utils",
    }
)
"""What training and Rasa's own commands run, and a conversation never does:
`make install` brings these, and an environment that only serves is without them."""

NEVER = frozenset(
    {
        "aiogram",
        "boto3",
        "botocore",
        "cachecontrol",
        "fbmessenger",
        "google",
        "google.auth",  # beside these there may be a real `google.protobuf`
        "google.oauth2",
        "keras",
        "pymongo",
        "slack_sdk",
        "tensorflow",
        "tensorflow_hub",
        "tensorflow_text",
        "twilio",
        "webexteamssdk",
    }
)
"""Networks, stores and channels that this assistant has no use for; nothing of ours installs them."""


def install() -> None:
    """Puts stand-ins after everything that is really installed."""
    sys.meta_path.append(_Finder(NOT_TO_SERVE | NEVER))


def leave_out(packages: Iterable[str] = NOT_TO_SERVE) -> None:
    """Puts stand-ins before what is installed, for a process that
    can do without: importing it all takes seconds and 100 MB.

    To be called before Rasa is imported; a package that is there already stays.
    """
    sys.meta_path.insert(0, _Finder(frozenset(packages) - sys.modules.keys()))


class MissingPackageError(RuntimeError):
    """Something was asked of a package that is left out here; the message names it and the remedy."""


class _Names(type):
    """A class whose every attribute is again itself, so that `tf.keras.Model` can be named and derived from."""

    package = ""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """While a module is being imported something is only defined,
        `Base = declarative_base()`; afterwards it is meant to run."""
        if _importing(sys._getframe(1)):
            return cls
        raise MissingPackageError(_missing(cls.package))


class _StandIn(Exception, metaclass=_Names):
    """An exception, so that `except botocore.exceptions.ClientError` is allowed."""


class _Module(ModuleType):
    __version__ = "0"
    __path__ = ()  # type: ignore[assignment]  # nowhere

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        package = self.__name__.partition(".")[0]
        return _Names(name, (_StandIn,), {"package": package})


class _Finder(MetaPathFinder, Loader):
    def __init__(self, packages: frozenset[str]) -> None:
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        within_a_stand_in = isinstance(sys.modules.get(fullname.rpartition(".")[0]), _Module)
        return ModuleSpec(fullname, self, is_package=True) if fullname in self._packages or within_a_stand_in else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""


def _importing(frame: FrameType | None) -> bool:
    """Whether a module other than the program itself is on its way in.

    What is executed without being a module (as test processes that run in parallel are) does not count.
    """
    while frame is not None:
        name = frame.f_globals.get("__name__")
        if frame.f_code.co_name == "<module>" and name in sys.modules and name != "__main__":
            return True
        frame = frame.f_back
    return False


def _missing(package: str) -> str:
    if package in NOT_TO_SERVE:
        return (
            f"the package {package} is left out here: serving does without it. Training and plain `rasa` use it; `make"
            " install` brings it."
        )
    return (
        f"the package {package} is left out here: nothing in config.yml, endpoints.yml or credentials.yml of this"
        " project needs it. Take out what does, or see docs/adr/017-python-313.md for the way back to Rasa's own"
        " packages."
    )
