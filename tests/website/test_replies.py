"""What in a reply can be called or written to."""

from __future__ import annotations

import pytest

from bot.content.library import Library
from bot.conversation.reply import safe_reply
from bot.vocabulary import Route
from bot.website.replies import links, reply_json


@pytest.mark.parametrize(
    ("text", "emergency", "expected"),
    [
        ("Call 911 now.", True, ["tel:911"]),
        ("Call 911 now.", False, ["tel:911"]),
        ("Get help: 1-800-222-1222 or 988.", True, ["tel:18002221222", "tel:988"]),
        ("Please call 555-0100 or write to a.b@clinic.example.", False, ["tel:5550100", "mailto:a.b@clinic.example"]),
        ("Call +44 (0)20 7946 0000.", False, ["tel:+4402079460000"]),
        ("A study of 2019 looked at 911 people.", False, []),
        ("It takes 60 minutes and costs $180, in 2024.", True, []),
        ("Between 1990-1995.", False, []),
        ("", True, []),
    ],
)
def test_numbers_and_addresses_become_links_and_other_digits_do_not(
    text: str, emergency: bool, expected: list[str]
) -> None:
    assert [link["href"] for link in links(text, emergency=emergency)] == expected


def test_links_stand_in_the_text_as_they_are_written() -> None:
    text = "Call 555-0100, then write to a@b.example."
    assert all(link["text"] in text for link in links(text, emergency=False))


def test_every_urgent_text_that_names_a_number_has_it_to_tap(library: Library) -> None:
    number = library.clinic.fields["emergency.number"]
    for snippet in library.of_route(Route.EMERGENCY, Route.CHECK):
        if number in snippet.text:
            assert f"tel:{number}" in [link["href"] for link in links(snippet.text, emergency=True)], snippet.id


@pytest.mark.parametrize("name", ["check_now", "check_self_harm"])
def test_a_question_whether_it_is_urgent_comes_with_numbers_to_tap_and_the_clinics_contact(
    library: Library, name: str
) -> None:
    sent = reply_json(safe_reply(library[name]), library)
    assert sent["route"] == "check"
    assert f"tel:{library.clinic.fields['emergency.number']}" in [link["href"] for link in sent["messages"][0]["links"]]
    assert sent["contact"] == library.clinic.contact()
