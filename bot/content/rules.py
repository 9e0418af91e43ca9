"""Reading data/safety: categories, rules and word lists, made into a `Triage`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.content.files import ContentError, read_mapping
from bot.safety.normalise import phrase
from bot.safety.triage import Rule, RuleError, Triage, WordList, compile_pattern

_RULE_KEYS = frozenset({"id", "category", "pattern", "unless", "fires", "silent", "weak", "asks", "foreign"})


def load_categories(folder: Path) -> tuple[str, ...]:
    """The risk categories, gravest first.

    Raises:
        ContentError: categories.yml is missing or holds no list.
    """
    path = folder / "categories.yml"
    categories = read_mapping(path).get("categories")
    if not isinstance(categories, list) or not all(isinstance(category, str) for category in categories):
        raise ContentError(f"{path}: expected `categories:` with a list of names.")
    return tuple(categories)


def load_triage(folder: Path) -> Triage:
    """Reads every file of data/safety.

    Raises:
        ContentError: a file, rule or list that cannot be used; the message names it.
    """
    categories = load_categories(folder)
    rules: list[Rule] = []
    lists: list[WordList] = []
    everyday: set[str] = set()
    for path in sorted(folder.glob("*.yml")):
        document = read_mapping(path)
        words = _words(document.get("words") or {}, path)
        for entry in document.get("patterns") or ():
            rules.append(_rule(entry, words, path))
        for entry in document.get("groups") or ():
            lists.append(_word_list(entry, document.get("category"), path))
        everyday.update(phrase(word) for word in document.get("everyday") or ())
    _refuse_doubles([rule.id for rule in rules] + [word_list.id for word_list in lists], folder)
    try:
        return Triage(categories, rules, lists, frozenset(everyday))
    except RuleError as error:
        raise ContentError(f"{folder}: {error}") from error


def _refuse_doubles(ids: Sequence[str], folder: Path) -> None:
    seen: set[str] = set()
    for rule_id in ids:
        if rule_id in seen:
            raise ContentError(f"{folder}: the rule id `{rule_id}` is used twice. Every id must be unique.")
        seen.add(rule_id)


def _words(raw: object, path: Path) -> Mapping[str, Sequence[str]]:
    if not isinstance(raw, dict) or not all(isinstance(items, list) for items in raw.values()):
        raise ContentError(f"{path}: `words:` must map names to lists.")
    return {str(name): [str(item) for item in items] for name, items in raw.items()}


def _rule(raw: Any, words: Mapping[str, Sequence[str]], path: Path) -> Rule:
    if not isinstance(raw, dict) or not {"id", "category", "pattern"} <= set(raw) <= _RULE_KEYS:
        raise ContentError(
            f"{path}: each rule needs id, category and pattern, and may have unless, fires, silent, weak, asks and"
            f" foreign; this one is {str(raw)[:80]!r}."
        )
    owner = f"{path}: `{raw['id']}`"
    try:
        return Rule(
            id=str(raw["id"]),
            category=str(raw["category"]),
            pattern=compile_pattern(str(raw["pattern"]), words, owner),
            unless=compile_pattern(str(raw["unless"]), words, owner) if raw.get("unless") else None,
            fires=tuple(raw.get("fires") or ()),
            silent=tuple(raw.get("silent") or ()),
            weak=bool(raw.get("weak")),
            asks=bool(raw.get("asks")),
            foreign=bool(raw.get("foreign")),
        )
    except RuleError as error:
        raise ContentError(str(error)) from error


def _word_list(raw: Any, category: object, path: Path) -> WordList:
    if not isinstance(raw, dict) or not isinstance(raw.get("names"), list) or not raw.get("id"):
        raise ContentError(f"{path}: each group needs an id and a list of names; this one is {str(raw)[:80]!r}.")
    chosen = raw.get("category") or category
    if not isinstance(chosen, str):
        raise ContentError(f"{path}: `{raw['id']}` has no category, and the file has none either.")
    return WordList(
        id=str(raw["id"]), category=chosen, names=tuple(str(name) for name in raw["names"]), weak=bool(raw.get("weak"))
    )
