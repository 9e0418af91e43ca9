"""Reading data/safety: categories, rules and word lists, made into a `Triage`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.content.files import ContentError, Written, read_mapping, read_written
from bot.safety.normalise import phrase, sentences
from bot.safety.phrases import Families, PhraseError, expression, one_a_line
from bot.safety.triage import Rule, RuleError, Triage, WordList, bounded, compile_pattern

_RULE_KEYS = frozenset(
    {"id", "was", "category", "phrases", "pattern", "reason", "unless", "fires", "silent", "weak", "asks", "foreign"}
)
_FLAGS = ("weak", "asks", "foreign")
LONGEST_PATTERN = 300
"""Characters of a `pattern`; nobody reads a longer one."""


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
        ContentError: a file, rule or list that cannot be used; the message names it, with the line of a phrase.
    """
    categories = load_categories(folder)
    rules: list[Rule] = []
    lists: list[WordList] = []
    everyday: set[str] = set()
    for path in sorted(folder.glob("*.yml")):
        document = read_mapping(path)
        rules += (rule for rule, _ in _rules_of(path))
        for entry in document.get("groups") or ():
            lists.append(_word_list(entry, document.get("category"), path))
        everyday.update(phrase(word) for word in document.get("everyday") or ())
    _refuse_doubles(
        [name for rule in rules for name in (rule.id, rule.was) if name] + [one.id for one in lists], folder
    )
    try:
        return Triage(categories, rules, lists, frozenset(everyday))
    except RuleError as error:
        raise ContentError(f"{folder}: {error}") from error


@dataclass(frozen=True)
class Phrase:
    """One phrase of a rule: where it stands (`data/safety/emergency.yml:12`), as it is written, and what it became."""

    where: str
    text: str
    expression: str


def covered_phrases(folder: Path) -> list[str]:
    """Phrases that find nothing new, so far as the examples of their rule tell: one sentence each, with the remedy.

    Every example that such a phrase fires on is found without it, by another rule of the category or by a phrase above
    it. That is a hint and no fault, for examples are few; what is kept all the same is listed in overlaps.yml.

    Raises:
        ContentError: as `load_triage`.
    """
    pairs = [pair for path in sorted(folder.glob("*.yml")) for pair in _rules_of(path)]
    kept = _kept(folder / "overlaps.yml")
    return [
        f"{one.where}: `{one.text}` of `{rule.id}` is already covered by `{other}`: its examples fire without it. Take"
        " it out, add an example under `fires:` that needs it, or list it in data/safety/overlaps.yml."
        for rule, phrases in pairs
        for one, other in _covered(rule, phrases, [rule for rule, _ in pairs])
        if one.text not in kept.get(rule.id, ())
    ]


def _kept(path: Path) -> Mapping[str, Sequence[str]]:
    listed = read_mapping(path).get("overlaps") if path.exists() else {}
    if not isinstance(listed, dict):
        raise ContentError(f"{path}: `overlaps:` must map the ids of rules to their phrases.")
    return {str(rule): [text for _, text in one_a_line(str(phrases))] for rule, phrases in listed.items()}


def _covered(rule: Rule, phrases: Sequence[Phrase], rules: Sequence[Rule]) -> Iterator[tuple[Phrase, str]]:
    """Each phrase that is covered, with the rule or the phrase that covers its first example."""
    others: list[tuple[str, Rule]] = [
        (other.id, other)
        for other in rules
        if other.category == rule.category and other.id != rule.id and (rule.weak or not other.weak)
    ]
    for one in phrases:
        alone = replace(rule, pattern=bounded(one.expression, one.where))
        covering = [
            next((name for name, other in others if _fires(other, text)), None)
            for text in rule.fires
            if _fires(alone, text)
        ]
        if covering and None not in covering:
            yield one, str(covering[0])
        others.append((one.text, alone))


def _fires(rule: Rule, text: str) -> bool:
    return any(rule.search(sentence) for sentence in sentences(text))


def _refuse_doubles(ids: Sequence[str], folder: Path) -> None:
    seen: set[str] = set()
    for rule_id in ids:
        if rule_id in seen:
            where = ", ".join(_places(rule_id, folder))
            raise ContentError(
                f"{folder}: the rule id `{rule_id}` is used twice ({where}). Every id, also one under `was:`, must be"
                " unique."
            )
        seen.add(rule_id)


def _places(rule_id: str, folder: Path) -> Iterator[str]:
    said = re.compile(rf"(?:id|was):\s*[\"']?{re.escape(rule_id)}[\"']?\s*(?:[,}}#]|$)")
    for path in sorted(folder.glob("*.yml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if said.search(line):
                yield f"{path.name}:{number}"


def _rules_of(path: Path) -> list[tuple[Rule, list[Phrase]]]:
    written = dict(read_written(path).pairs)
    families = _families(written.get("words"), path)
    return [_rule(entry, families, path) for entry in _items(written.get("patterns"), f"{path}: `patterns:`")]


def _items(written: Written | None, owner: str) -> Sequence[Written]:
    if written is None:
        return ()
    if written.kind != "list":
        raise ContentError(f"{owner} in line {written.line} must be a list; begin each entry with `- `.")
    return written.items


def _families(written: Written | None, path: Path) -> Families:
    """The phrases of each family under `words:`, tried out one by one so that a mistake is told with its line."""
    if written is None:
        return Families({})
    if written.kind != "mapping":
        raise ContentError(f"{path}:{written.line}: `words:` must map names to phrases between commas.")
    phrases, lines = {}, {}
    for name, value in written.pairs:
        listed = list(_between_commas(value))
        if not listed:
            raise ContentError(
                f"{path}:{value.line}: the family `{name}` is empty. Write words between commas, or delete it."
            )
        if not re.fullmatch("[a-z_]+", name):
            raise ContentError(f"{path}:{value.line}: call the family `{name}` with small letters and `_` only.")
        phrases[name] = [text for _, text in listed]
        lines[name] = [line for line, _ in listed]
    families = Families(phrases)
    for name, listed_texts in phrases.items():
        for line, text in zip(lines[name], listed_texts, strict=True):
            _expression(text, families, f"{path}:{line}: `{text}` of <{name}>")
    return families


def _between_commas(value: Written) -> Iterator[tuple[int, str]]:
    if value.kind == "list":
        yield from ((item.line, item.text or "") for item in value.items)
        return
    pending, began = "", 0
    for number, line in enumerate((value.text or "").splitlines()):
        began = began if pending else number
        pending = f"{pending} {line.strip()}".strip()
        *whole, pending = (piece.strip() for piece in pending.split(","))
        for piece in whole:
            yield value.line + value.block + began, piece
            began = number
    if pending:
        yield value.line + value.block + began, pending


def _rule(written: Written, families: Families, path: Path) -> tuple[Rule, list[Phrase]]:
    where = f"{path}:{written.line}"
    raw = dict(written.pairs)
    if written.kind != "mapping" or not {"id", "category"} <= set(raw) or not {"phrases", "pattern"} & set(raw):
        raise ContentError(f"{where}: each rule needs id, category and phrases.")
    owner = raw["id"].text or ""
    for name, value in written.pairs:
        if name not in _RULE_KEYS:
            raise ContentError(
                f"{path}:{value.line}: `{owner}` has `{name}:`, which no rule knows; a rule has"
                f" {', '.join(sorted(_RULE_KEYS - {'id', 'category', 'phrases'}))} beside id, category and phrases."
            )
    if {"phrases", "pattern"} <= set(raw):
        raise ContentError(f"{where}: `{owner}` has phrases and a pattern; keep one of them.")
    phrases = _phrases(raw["phrases"], families, path, owner) if "phrases" in raw else []
    unless = _phrases(raw["unless"], families, path, owner) if "unless" in raw else []
    try:
        rule = Rule(
            id=owner,
            category=raw["category"].text or "",
            pattern=_together(phrases, owner) if phrases else _pattern(raw, families, where, owner),
            unless=_together(unless, owner) if unless else None,
            fires=_texts(raw, "fires", path, owner),
            silent=_texts(raw, "silent", path, owner),
            was=(raw["was"].text or "") if "was" in raw else "",
            **{flag: _flag(raw, flag, path, owner) for flag in _FLAGS},
        )
    except RuleError as error:
        raise ContentError(f"{where}: {error}") from error
    return rule, phrases


def _together(phrases: Sequence[Phrase], owner: str) -> re.Pattern[str]:
    return bounded("|".join(one.expression for one in phrases), owner)


def _phrases(value: Written, families: Families, path: Path, owner: str) -> list[Phrase]:
    """Of a block of lines (`|`), or of a list."""
    if value.kind == "list":
        lines = [(item.line, item.text or "") for item in value.items]
    else:
        lines = [(value.line + value.block + number, text) for number, text in one_a_line(value.text or "")]
    if not any(text for _, text in lines):
        raise ContentError(
            f"{path}:{value.line}: `{owner}` has a list without a phrase. Write one, or delete the line."
        )
    found = []
    for line, text in lines:
        where = f"{path}:{line}"
        found.append(Phrase(where, text, _expression(text, families, f"{where}: `{text}` of `{owner}`")))
    return found


def _expression(text: str, families: Families, owner: str) -> str:
    try:
        return expression(text, families)
    except PhraseError as error:
        raise ContentError(f"{owner}: {error}.") from error


def _pattern(raw: Mapping[str, Written], families: Families, where: str, owner: str) -> re.Pattern[str]:
    source = "".join(line.strip() for line in (raw["pattern"].text or "").splitlines())
    if not source or not (raw["reason"].text if "reason" in raw else ""):
        raise ContentError(
            f"{where}: `{owner}` has a pattern without `reason:`. Write phrases, or say why they fall short."
        )
    if len(source) > LONGEST_PATTERN:
        raise ContentError(
            f"{where}: `{owner}` has a pattern of {len(source)} characters; {LONGEST_PATTERN} are the most."
        )
    words = {name: [families.expression(name)] for name in families.names}
    return compile_pattern(source, words, owner)


def _texts(raw: Mapping[str, Written], key: str, path: Path, owner: str) -> tuple[str, ...]:
    if key not in raw:
        return ()
    return tuple(item.text or "" for item in _items(raw[key], f"{path}: `{key}:` of `{owner}`"))


def _flag(raw: Mapping[str, Written], key: str, path: Path, owner: str) -> bool:
    text = raw[key].text if key in raw else "false"
    if text not in ("true", "false"):
        raise ContentError(f"{path}:{raw[key].line}: `{key}:` of `{owner}` is {text!r}; write true or false.")
    return text == "true"


def _word_list(raw: Any, category: object, path: Path) -> WordList:
    if not isinstance(raw, dict) or not isinstance(raw.get("names"), list) or not raw.get("id"):
        raise ContentError(f"{path}: each group needs an id and a list of names; this one is {str(raw)[:80]!r}.")
    chosen = raw.get("category") or category
    if not isinstance(chosen, str):
        raise ContentError(f"{path}: `{raw['id']}` has no category, and the file has none either.")
    return WordList(
        id=str(raw["id"]), category=chosen, names=tuple(str(name) for name in raw["names"]), weak=bool(raw.get("weak"))
    )
