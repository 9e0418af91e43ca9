"""How much of an emergency is still seen when its letters are
disguised, and how often an ordinary message is read as another.

    python -m benchmarks.disguises [--each 40] [--seed 1]

Takes emergencies of `tests/questions` that are seen as they stand, disguises each in every way below, and counts those
that still get an emergency text or the question whether it is happening now. Then asks ordinary questions with the
second reading and without it and counts those that come out differently.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.logs import configure_logging
from bot.serving import leave_out_what_trains
from bot.settings import ROOT, Settings

Disguise = Callable[[str, random.Random], str]

_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7", "b": "8", "g": "9"}
_SIGNS = {"a": "@", "s": "$", "i": "!", "e": "€", "l": "|", "t": "+"}
_CYRILLIC = dict(zip("aceopxykmtbhs", "асеорхукмтвнѕ", strict=True))
_GREEK = dict(zip("aeiokntuvxpy", "αειοκντυνχρυ", strict=True))
_SHARE = 0.6


def _turned(table: Mapping[str, str], share: float) -> Disguise:
    return lambda text, chance: "".join(table[c] if c in table and chance.random() < share else c for c in text.lower())


def _between(sign: str, *, words: str = " ") -> Disguise:
    return lambda text, chance: words.join(sign.join(word) for word in text.split())


def _shifted(first: int) -> Disguise:
    def shift(text: str, chance: random.Random) -> str:
        return "".join(chr(first + ord(c) - 97) if "a" <= c <= "z" else c for c in text.lower())

    return shift


def _scattered(sign: str, share: float = 0.3) -> Disguise:
    return lambda text, chance: "".join(c + (sign if c.isalpha() and chance.random() < share else "") for c in text)


def _doubled(text: str, chance: random.Random) -> str:
    return "".join(c * (3 if c.isalpha() and chance.random() < 0.25 else 1) for c in text)


def _swapped(text: str, chance: random.Random) -> str:
    words = []
    for word in text.split():
        if len(word) > 4 and chance.random() < 0.5:
            place = chance.randrange(1, len(word) - 2)
            word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        words.append(word)
    return " ".join(words)


def _alternating(text: str, chance: random.Random) -> str:
    return "".join(c.upper() if place % 2 else c.lower() for place, c in enumerate(text))


def _without_vowels(text: str, chance: random.Random) -> str:
    return " ".join(word[0] + "".join(c for c in word[1:] if c.lower() not in "aeiou") for word in text.split())


def _emoji(text: str, chance: random.Random) -> str:
    return " ".join(
        "".join(c + ("🙃" if place < len(word) - 1 else "") for place, c in enumerate(word)) if len(word) > 3 else word
        for word in text.split()
    )


DISGUISES: Mapping[str, Disguise] = {
    "digits for letters": _turned(_LEET, _SHARE),
    "digits for all letters they stand for": _turned(_LEET, 1.0),
    "signs for letters": _turned(_SIGNS, _SHARE),
    "Cyrillic letters": _turned(_CYRILLIC, _SHARE),
    "Cyrillic letters throughout": _turned(_CYRILLIC, 1.0),
    "Greek letters": _turned(_GREEK, _SHARE),
    "fullwidth letters": _shifted(0xFF41),
    "bold letters": _shifted(0x1D41A),
    "monospaced letters": _shifted(0x1D68A),
    "circled letters": _shifted(0x24D0),
    "letters without width between": _scattered("\u200b"),
    "soft hyphens": _scattered("\u00ad"),
    "accents": _scattered("\u0301"),
    "accents over and under": _scattered("\u0316\u0323\u0308", 0.6),
    "spaces between letters": _between(" ", words="  "),
    "spaces between letters, words not apart": _between(" "),
    "full stops between letters": _between("."),
    "hyphens between letters": _between("-"),
    "low lines between letters": _between("_"),
    "stars between letters": _between("*"),
    "emoji between letters": _emoji,
    "letters three times": _doubled,
    "letters swapped": _swapped,
    "capitals in turn": _alternating,
    "no vowels": _without_vowels,
    "no spaces": lambda text, chance: "".join(text.split()),
    "spaces and digits": lambda text, chance: _between(" ", words="   ")(_turned(_LEET, _SHARE)(text, chance), chance),
    "Cyrillic letters and full stops": lambda text, chance: _between(".")(
        _turned(_CYRILLIC, _SHARE)(text, chance), chance
    ),
}
"""Ways in which people, and filters' enemies, write. Each keeps the message readable for a person."""


def _questions(route: str) -> list[str]:
    rows = [
        json.loads(line)
        for path in sorted((ROOT / "tests" / "questions").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [row["text"] for row in rows if row["route"] == route]


async def _routes(texts: list[str], name: str, *, again: bool = True) -> list[tuple[str, str | None]]:
    from bot.content.shared import shared_second_reader
    from bot.on_rasa.engine import Engine
    from bot.record.database import open_record

    reader = shared_second_reader()
    engine = Engine(Settings(), open_record(None))
    engine.load()
    if engine.fault is not None:
        raise SystemExit(engine.fault)
    if not again:
        reader.read = lambda text: None  # type: ignore[method-assign]
    try:
        replies = [await engine.turn(f"{name} {number}", text) for number, text in enumerate(texts)]
    finally:
        if not again:
            del reader.read
    return [(reply.route, reply.turn.snippet_id if reply.turn else None) for reply in replies]


async def _measured(each: int, seed: int, ordinary: int, show: Path | None) -> None:
    chance = random.Random(seed)
    told = _questions("emergency")
    chance.shuffle(told)
    plain = await _routes(told, "plain")
    seen = [
        text
        for text, (route, _) in zip(told, plain, strict=True)
        if route in ("emergency", "check") and len(text) <= 120
    ][:each]
    total = kept = 0
    missed = []
    print(f"| disguise ({len(seen)} emergencies each) | still seen | answered |\n|---|---:|---:|")
    for name, disguise in DISGUISES.items():
        made = [disguise(text, chance) for text in seen]
        routes = [route for route, _ in await _routes(made, name)]
        alarmed = sum(route in ("emergency", "check") for route in routes)
        total, kept = total + len(made), kept + alarmed
        missed += [
            {"kind": name, "text": text, "made": changed, "route": route}
            for text, changed, route in zip(seen, made, routes, strict=True)
            if route not in ("emergency", "check")
        ]
        print(f"| {name} | {alarmed / len(made):.1%} | {sum(route == 'answer' for route in routes)} |", flush=True)
    print(f"| **all** | **{kept / total:.1%}** | |\n")
    asked = _questions("answer")
    chance.shuffle(asked)
    asked = asked[:ordinary]
    with_it, without = await _routes(asked, "with"), await _routes(asked, "without", again=False)
    changed = [(text, one, two) for text, one, two in zip(asked, with_it, without, strict=True) if one != two]
    print(
        f"Of {len(asked)} ordinary questions {len(changed)} ({len(changed) / len(asked):.2%}) come out differently"
        " because of the second reading:"
    )
    for text, one, two in changed:
        print(f"- {text!r}: {two[1]} -> {one[1]}")
    if show is not None:
        show.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in missed), encoding="utf-8")


def main() -> None:
    """Prints a table and a line for each ordinary question that is read as another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=40, help="emergencies disguised in each way")
    parser.add_argument(
        "--ordinary", type=int, default=1200, help="ordinary questions asked with the second reading and without"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", type=Path, help="write those no longer seen to this file, as JSON lines")
    options = parser.parse_args()
    configure_logging(level=40)
    leave_out_what_trains()
    asyncio.run(_measured(options.each, options.seed, options.ordinary, options.missed))


if __name__ == "__main__":
    main()
