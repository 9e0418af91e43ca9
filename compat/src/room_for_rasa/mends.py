"""What Rasa 3.6.21 expects of packages that have moved on since, one function each.

Each says which line of Rasa needs it. `needed` tells whether the package still lacks what is mended: once it does not,
a test fails and the mend can go.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Mend:
    """One thing that Rasa expects and a package of today has not.

    Attributes:
        package: what is mended; a mend of a package that is not installed is passed over.
        file, line: where Rasa needs it, as `(path inside site-packages, text of the line)`.
        needed: whether it is still missing.
        make: puts it there.
    """

    name: str
    package: str | None
    file: str
    line: str
    needed: Callable[[], bool]
    make: Callable[[], None]


def make() -> None:
    """Makes every mend whose package is installed and still needs it."""
    for mend in ALL:
        if (mend.package is None or _installed(mend.package)) and mend.needed():
            mend.make()


def _installed(package: str) -> bool:
    try:
        spec = find_spec(package)
    except ValueError:  # a stand-in that was imported already
        return False
    return spec is not None and spec.origin is not None


def _lacks(module: str, name: str) -> Callable[[], bool]:
    return lambda: not hasattr(importlib.import_module(module), name)


def _legacy_version() -> None:
    """`LegacyVersion` is gone since packaging 22. Rasa asks whether a parsed version is one; none ever is."""
    import packaging.version

    vars(packaging.version)["LegacyVersion"] = type("LegacyVersion", (), {})


def _visible_deprecation_warning() -> None:
    """It moved to `numpy.exceptions` in numpy 2. Rasa names it in a filter of warnings."""
    import numpy

    vars(numpy)["VisibleDeprecationWarning"] = numpy.exceptions.VisibleDeprecationWarning


def _pkg_resources() -> None:
    """Gone since setuptools 82. Rasa looks up its own files and its own version with it."""

    def resource_filename(name: str, path: str) -> str:
        module = importlib.import_module(name)
        return str(Path(str(module.__file__)).parent / path)

    module: Any = ModuleType("pkg_resources")
    module.resource_filename = resource_filename
    module.get_distribution = lambda name: SimpleNamespace(version=importlib.metadata.version(name))
    sys.modules["pkg_resources"] = module


def _starts_workers() -> bool:
    import inspect

    import sanic

    run = sanic.Sanic.run
    return "single_process" in inspect.signature(run).parameters and not hasattr(run, "__wrapped__")


def _single_process() -> None:
    """Since 22.9 Sanic starts workers, which cannot find an app that was made in a function as Rasa makes it."""
    import sanic

    run = sanic.Sanic.run

    @functools.wraps(run)
    def in_one_process(self: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("single_process", True)
        return run(self, *args, **kwargs)

    vars_of: Any = sanic.Sanic
    vars_of.run = in_one_process


def _response_stream() -> None:
    """`sanic.response.stream` was renamed to `ResponseStream` in 22.6."""
    import sanic.response

    vars(sanic.response)["stream"] = sanic.response.ResponseStream


_TELEMETRY = "RASA_TELEMETRY_ENABLED"


def _no_telemetry() -> None:
    """sentry-sdk 2 refuses `with_locals`, so every command would end here.

    A clinic reports nothing to others in any case.

    Who sets the variable to true all the same gets Rasa's error.
    """
    os.environ[_TELEMETRY] = "false"


ALL = (
    Mend(
        "LegacyVersion",
        "packaging",
        "rasa/shared/utils/validation.py",
        "from packaging.version import LegacyVersion",
        _lacks("packaging.version", "LegacyVersion"),
        _legacy_version,
    ),
    Mend(
        "VisibleDeprecationWarning",
        "numpy",
        "rasa/utils/common.py",
        "np.VisibleDeprecationWarning",
        _lacks("numpy", "VisibleDeprecationWarning"),
        _visible_deprecation_warning,
    ),
    Mend(
        "pkg_resources",
        None,
        "rasa/shared/utils/validation.py",
        "import pkg_resources",
        lambda: find_spec("pkg_resources") is None,
        _pkg_resources,
    ),
    Mend("single_process", "sanic", "rasa/core/run.py", "app.run(", _starts_workers, _single_process),
    Mend(
        "response.stream",
        "sanic",
        "rasa/core/channels/rest.py",
        "response.stream(",
        _lacks("sanic.response", "stream"),
        _response_stream,
    ),
    Mend(
        "telemetry",
        "sentry_sdk",
        "rasa/telemetry.py",
        "with_locals=False",
        lambda: _TELEMETRY not in os.environ,
        _no_telemetry,
    ),
)
