"""What staff published in the console, which takes the place of what the files hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Published:
    """Snippets as they would be written in data/snippets, by id,
    and facts as they would be in clinic.yml, by dotted name.

    An entry need not be whole: what it leaves out is as the file has it. One whose id no file knows names its `topic`.
    """

    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def with_entry(self, name: str, entry: Mapping[str, Any]) -> Published:
        """The same with one snippet more, or other words for one."""
        return replace(self, entries={**self.entries, name: {**self.entries.get(name, {}), **entry}})

    def with_facts(self, facts: Mapping[str, Any]) -> Published:
        """The same with other facts."""
        return replace(self, facts={**self.facts, **facts})


NOTHING = Published()
