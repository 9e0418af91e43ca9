"""The language of the red flags: phrases that a clinician can read, made into the expression that is searched for.

`docs/red-flags.md` teaches it. A phrase is words in a row. `my/his/her` is any one of them, `[give up / stop]` any
one of those phrases, `(very)` may be there, `(very / so)...` as often as it comes, `<breath>` any word of a family,
`suicid*` any ending, `_` one letter, `*` any one word, `#` a digit, `grand-father` with the space or without, `~3` up
to three words between, `...` anything between, `START` and `END` the two ends of a sentence, `{not next / on}` what
must not follow here and `{not after would}` what must not stand before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


class PhraseError(ValueError):
    """A phrase that cannot be used; the message says what is wrong and the remedy, but not where it stands."""


Kind = Literal["word", "optional", "gap", "start", "end", "ahead", "behind"]


@dataclass(frozen=True)
class _Item:
    """One step of a phrase. `expression` is without the space that parts it from what stands before.

    `says` is false for what fits any words; `ends` tells of a group that the sentence's end may stand for. A look
    ahead has two expressions: `first` is for the beginning of a phrase, where no space stands before it.
    """

    kind: Kind
    expression: str
    says: bool = True
    ends: bool = False
    repeats: bool = False
    first: str = ""


_SPECIAL = re.compile(r"~(\d+)(?=[\s\])}]|$)|\.\.\.(\d*)(?=[\s\])}]|$)|(START|END)(?=[\s\])}]|$)")
_CONDITION = re.compile(r"\{(not after|if after|not|if) ")
_NUMBER = re.compile(r"\{(?:(number)|(word)|(\d{1,3})-(\d{1,3}))\}")
_FAMILY = re.compile(r"<([a-z_]+)>")
_LETTERS = re.compile(r"[^\W_]+|[\u0900-\u0dff\u0e00-\u0eff]+")
_SIGNS = {"*": r"\w*", "_": r"\w", "#": r"\d", "-": " ?"}
_CLOSES = {"[": "]", "(": ")"}
_MOST_WORDS = 12
"""Words that `~` may pass over; more would join what two different thoughts say."""


def one_a_line(text: str) -> list[tuple[int, str]]:
    """The phrases of a block of lines, each with the number of its first line from 0.

    A line that begins further in goes on with the one above; `# ...` is a comment.
    """
    phrases: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines()):
        if not line.strip() or line.lstrip().startswith("# "):
            continue
        if line[0] == " " and phrases:
            phrases[-1] = (phrases[-1][0], f"{phrases[-1][1]} {line.strip()}")
        else:
            phrases.append((number, line.strip()))
    return phrases


class Families:
    """The phrases of each family by its name, each written out once.

    Args:
        phrases: as they are written.
    """

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        self._phrases = phrases
        self.names = tuple(phrases)
        self._written: dict[str, str] = {}

    def expression(self, name: str, within: tuple[str, ...] = ()) -> str:
        """Any of a family's phrases; `within` are the families that are being written out.

        Raises:
            PhraseError: a family that is not known or holds itself, or a phrase of it that cannot be used.
        """
        if name not in self._phrases:
            raise PhraseError(f"<{name}> is not listed under `words:`")
        if name in within:
            raise PhraseError(f"<{name}> under `words:` holds itself")
        if name not in self._written:
            inner = (*within, name)
            self._written[name] = _any_of([_Reader(phrase, self, inner).whole() for phrase in self._phrases[name]])
        return self._written[name]


def expression(phrase: str, families: Families) -> str:
    """The regular expression of one phrase, without word boundaries around it.

    Raises:
        PhraseError: a sign or family that is not known, a bracket that is not closed, or a phrase that fits any words.
    """
    return _Reader(phrase, families, ()).whole()


class _Reader:
    """Reads one phrase from left to right; `within` are the families that are being written out."""

    def __init__(self, text: str, families: Families, within: tuple[str, ...]) -> None:
        self._text, self._at = text, 0
        self._families, self._within = families, within

    def whole(self) -> str:
        sequences = self._alternatives("")
        if len(sequences) > 1:
            raise PhraseError("` / ` parts phrases within brackets only; here write each on a line of its own")
        if not _says(sequences[0]):
            raise PhraseError("it fits any words; name at least one word that has to be there")
        return _joined(sequences[0])

    def _alternatives(self, closing: str) -> list[list[_Item]]:
        sequences: list[list[_Item]] = [[]]
        while True:
            self._at += len(self._text[self._at :]) - len(self._text[self._at :].lstrip())
            if self._at == len(self._text):
                if closing:
                    raise PhraseError(f"a bracket is open that no `{closing}` closes")
                break
            if closing and self._text[self._at] == closing:
                self._at += 1
                break
            if re.match(r"/(?=\s)", self._text[self._at :]):
                self._at += 1
                sequences.append([])
            else:
                sequences[-1].append(self._item(closing))
        if not all(sequences):
            raise PhraseError("something is missing beside a `/` or between two brackets")
        return sequences

    def _item(self, closing: str) -> _Item:
        rest = self._text[self._at :]
        if match := _SPECIAL.match(rest):
            self._at += match.end()
            return _special(match)
        if match := _CONDITION.match(rest):
            self._at += match.end()
            return _condition(match[1], self._alternatives("}"))
        options = [self._option(closing)]
        while self._at < len(self._text) and self._text[self._at] == "/":
            self._at += 1
            options.append(self._option(closing))
        if len(options) == 1:
            return options[0]
        if any(option.kind != "word" or option.repeats for option in options):
            raise PhraseError("what may be left out cannot be one of several words; write `(a/b)` or `[a / b (c)]`")
        return _Item("word", _any_of([option.expression for option in options]), all(option.says for option in options))

    def _option(self, closing: str) -> _Item:
        parts: list[_Item] = []
        while self._at < len(self._text) and self._text[self._at] not in f"/ \t{closing}":
            parts.append(self._part())
        if not parts:
            raise PhraseError("something is missing beside a `/`")
        if len(parts) == 1:
            return parts[0] if parts[0].expression != r"\w*" else _Item("word", r"\w+", says=False)
        if any(part.repeats or part.ends for part in parts):
            raise PhraseError("`...` and END cannot be glued to a word; put a space between")
        if all(part.kind == "optional" for part in parts) or " ?" in (parts[0].expression, parts[-1].expression):
            raise PhraseError("a word needs letters beside `-` and what may be left out")
        glued = (part.expression if part.kind == "word" else f"(?:{part.expression})?" for part in parts)
        return _Item("word", "".join(glued), any(part.says and part.kind == "word" for part in parts))

    def _part(self) -> _Item:
        rest = self._text[self._at :]
        if match := _LETTERS.match(rest):
            self._at += match.end()
            return _Item("word", match[0])
        if match := _NUMBER.match(rest):
            self._at += match.end()
            return _number(match)
        if match := _FAMILY.match(rest):
            self._at += match.end()
            return _Item("word", self._families.expression(match[1], self._within))
        self._at += 1
        if rest[0] in _SIGNS:
            return _Item("word", _SIGNS[rest[0]], says=rest[0] == "#")
        if rest[0] in _CLOSES:
            return self._group(self._alternatives(_CLOSES[rest[0]]), optional=rest[0] == "(")
        raise PhraseError(f"`{rest[0]}` means nothing here; docs/red-flags.md lists the signs")

    def _group(self, sequences: list[list[_Item]], optional: bool) -> _Item:
        repeats = self._text.startswith("...", self._at)
        self._at += 3 * repeats
        says = all(_says(sequence) for sequence in sequences)
        ends = any(sequence[0].kind == "end" for sequence in sequences)
        if any(sequence[0].kind != "end" and not _needs_a_word(sequence) for sequence in sequences):
            raise PhraseError("what stands in brackets may all be left out; take the inner brackets away")
        # Where the sentence may end instead, no space parts it from the word before: the others bring their own.
        inner = "|".join(_joined(sequence, after_a_word=ends) for sequence in sequences)
        return _Item("optional" if optional else "word", f"(?:{inner})", says, ends, repeats)


def _any_of(expressions: Sequence[str]) -> str:
    return f"(?:{'|'.join(expressions)})"


def _special(match: re.Match[str]) -> _Item:
    words, letters, end = match.groups()
    if end:
        return _Item("start" if end == "START" else "end", "^" if end == "START" else "$", says=False)
    if words is not None and not 0 < int(words) <= _MOST_WORDS:
        raise PhraseError(f"`~{words}` passes over too much or nothing; 1 to {_MOST_WORDS} words")
    if words is not None:
        return _Item("gap", f"{{0,{words}}}", says=False)
    return _Item("gap", f".{{0,{letters}}}" if letters else ".*", says=False)


def _condition(word: str, sequences: list[list[_Item]]) -> _Item:
    negative = word.startswith("not")
    if not word.endswith("after"):
        sign = "(?!" if negative else "(?="
        inner, first = ("|".join(_joined(sequence, after) for sequence in sequences) for after in (True, False))
        return _Item("ahead", rf"{sign}(?:{inner})\b)", says=False, first=rf"{sign}(?:{first})\b)")
    behind = []
    for sequence in sequences:
        if any(item.kind != "word" for item in sequence):
            raise PhraseError(f"`{word}` takes plain words only")
        behind += _spelled(sequence)
    if not negative:
        return _Item("behind", f"(?:{'|'.join(f'(?<={words} )' for words in behind)})", says=False)
    return _Item("behind", "".join(f"(?<!{words} )" for words in behind), says=False)


def _spelled(sequence: Sequence[_Item]) -> list[str]:
    """The plain texts of some words in a row, for a look behind, which needs to know its length."""
    texts = [""]
    for item in sequence:
        options = item.expression.removeprefix("(?:").removesuffix(")").split("|")
        if not all(re.fullmatch(r"[^\W_]+(?: [^\W_]+)*", option) for option in options):
            raise PhraseError("`not after` takes plain words only")
        texts = [f"{text} {option}".strip() for text in texts for option in options]
    return [rf"\b{text}" for text in texts]


def _number(match: re.Match[str]) -> _Item:
    if match[1]:
        return _Item("word", r"\d+", says=True)
    if match[2]:
        return _Item("word", r"[a-z]\w+", says=False)
    low, high = int(match[3]), int(match[4])
    if low >= high:
        raise PhraseError(f"`{match[0]}` counts down; write the smaller number first")
    return _Item("word", _any_of([str(number) for number in range(low, high + 1)]))


def _says(sequence: Sequence[_Item]) -> bool:
    return any(item.says and item.kind == "word" for item in sequence)


def _needs_a_word(sequence: Sequence[_Item]) -> bool:
    return any(item.kind == "word" for item in sequence)


def _joined(sequence: Sequence[_Item], after_a_word: bool = False) -> str:
    """The expression of words in a row. What may be left out takes the space beside it along."""
    written, before = "", ""
    follows = after_a_word  # whether the next word needs a space before it
    for place, item in enumerate(sequence):
        last = place == len(sequence) - 1
        if item.kind in ("start", "end"):
            written += item.expression
        elif item.kind == "ahead":
            written += item.expression if follows else item.first
        elif item.kind == "behind":
            before += item.expression
        elif item.kind == "gap" and item.expression.startswith("."):
            written += (r"\b" if follows else "") + item.expression + ("" if last else r"\b")
            follows = False
        elif item.kind == "gap":
            written += (r"(?: \w+)" if follows else r"(?:\w+ )") + item.expression
        else:
            written += _word(item, before, follows)
            before, follows = "", follows or item.kind == "word"
    if before:
        raise PhraseError("`not after` stands before the word that it is about")
    return written


def _word(item: _Item, before: str, follows: bool) -> str:
    expression, optional = before + item.expression, item.kind == "optional"
    if item.ends:
        return f"{expression}?" if optional else expression
    if follows:
        step = f" {expression}"
        if item.repeats:
            return f"(?:{step}){'*' if optional else '+'}"
        return f"(?:{step})?" if optional else step
    if item.repeats:
        return f"(?:{expression} )*" + ("" if optional else expression)
    return f"(?:{expression} )?" if optional else expression
