"""Makes room for Rasa 3.6.21, whose pins are of 2023, among
packages that are still maintained (docs/adr/017-python-313.md).

No file of Rasa is touched. `room_for_rasa.pth` calls `install` at every start of this environment's Python, so plain
`rasa` finds it too; nothing happens until somebody imports Rasa. Then the mends are made (`mends`), and packages that
are not installed get stand-ins (`stand_ins`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_RASA = frozenset({"rasa", "rasa_sdk"})


def install() -> None:
    """Waits for the first import of Rasa.

    Called twice where `lib64` is a link to `lib`: the second time does nothing.
    """
    if not any(isinstance(finder, _WaitsForRasa) for finder in sys.meta_path):
        sys.meta_path.insert(0, _WaitsForRasa())


class _WaitsForRasa(MetaPathFinder):
    """Finds nothing; at the first sight of Rasa it steps aside and makes room."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in _RASA:
            sys.meta_path.remove(self)
            from room_for_rasa import mends, stand_ins

            stand_ins.install()
            mends.make()
        return None
