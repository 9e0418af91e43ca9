"""What visitors are told about their data: made of what the settings, the facts and redaction do at this moment."""

from __future__ import annotations

from collections.abc import Mapping

BLANKED: Mapping[str, str] = {
    "name": "names, where they stand behind words such as “my name is”",
    "number": "phone numbers, and numbers of cards, accounts, papers and records",
    "e-mail": "e-mail addresses",
    "web address": "web links",
    "handle": "names that you use online",
    "password": "passwords",
    "address": "streets and post codes",
    "location": "places on a map",
    "date of birth": "the day you were born",
    "age": "ages over 89",
}
"""What redaction blanks out, by the label that it leaves, in plain words."""


def days(number: int) -> str:
    """So many days in words."""
    return "1 day" if number == 1 else f"{number} days"
