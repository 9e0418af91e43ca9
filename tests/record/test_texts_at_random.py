"""Whatever staff do, in whatever order, and however often a process starts anew: no sentence is sent without a valid
approval at that moment."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.content.library import load_library
from bot.content.sync import sync
from bot.conversation.texts_in_use import TextsInUse
from bot.record import texts
from bot.record.database import open_record
from bot.record.review import ReviewError
from bot.record.texts import SNIPPET
from bot.storage.sqlite import RecordDecisions
from tests.content.conftest import FILES

NOW = "2026-12-01T10:00:00.000+00:00"
NAMES = st.sampled_from(["what_is_ozone", "opening_hours"])
PEOPLE = st.sampled_from(["ann", "carla", "dana"])
PROCESSES = st.sampled_from([0, 1])
START = date(2026, 12, 1)


class Clinic(RuleBasedStateMachine):
    """Three people write, approve, take back and go back; two processes of the website answer.

    The model is small: for each text, which words a second person stands for just now and until when. A process may be
    behind until it looks; what it sends then must have been valid at its last look, and never past its day.
    """

    @initialize()
    def begin(self) -> None:
        """A clinic as it ships."""
        self.folder = tempfile.TemporaryDirectory()
        self.data = Path(self.folder.name) / "data"
        for name, text in FILES.items():
            path = self.data / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.shipped = load_library(self.data)
        sync(self.shipped, self.data)
        self.database = open_record(None)
        self.day, self.count = START, 0
        self.valid = {name: self._as_shipped(name) for name in ("what_is_ozone", "opening_hours")}
        self.taken: dict[str, tuple[str, date]] = {}
        self.processes = [TextsInUse(self.data, self.shipped) for _ in range(2)]
        self.seen = [dict(self.valid) for _ in range(2)]

    def _as_shipped(self, name: str) -> tuple[str, date] | None:
        return self.shipped[name].text, self.shipped[name].review_by

    @rule(name=NAMES, by=PEOPLE)
    def write(self, name: str, by: str) -> None:
        """Somebody writes new words."""
        newest = texts.newest(self.database).get((SNIPPET, name))
        self.count += 1
        texts.save_draft(
            self.database,
            SNIPPET,
            name,
            {"text": f"These are the words with the number {self.count}, by {by}.", "short": None},
            by=by,
            reason="because",
            based_on=newest.id if newest else None,
            number=self.count + 1,
            now=NOW,
        )

    @rule(by=PEOPLE, send=st.booleans(), stop=st.booleans())
    def approve(self, by: str, send: bool, stop: bool) -> None:
        """Somebody approves what waits; the machine may stop between approval and publication."""
        for draft in texts.drafts(self.database) if send else ():
            texts.send_for_approval(self.database, draft.id, by=draft.author, now=NOW)
        for version in texts.waiting(self.database):
            until = self.day + timedelta(days=40)
            try:
                texts.approve(
                    self.database, version.id, by=by, role="clinician", now=NOW, one_person=False, review_by=until
                )
            except ReviewError:
                assert version.author == by
                continue
            assert version.author != by
            if stop:
                continue
            texts.publish(self.database, version.id, by=by, now=NOW)
            self.valid[version.name] = str(version.body["text"]), until
            self.taken.pop(version.name, None)

    @rule(name=NAMES)
    def publish_unapproved(self, name: str) -> None:
        """What nobody approved cannot be published."""
        for version in texts.history(self.database, SNIPPET, name):
            if version.signature is None:
                try:
                    texts.publish(self.database, version.id, by="ann", now=NOW)
                except ReviewError:
                    continue
                raise AssertionError("an unapproved version was published")

    @rule(name=NAMES, by=PEOPLE)
    def take_back(self, name: str, by: str) -> None:
        """A text is not sent any more."""
        present = next((one for one in texts.published(self.database) if one.name == name), None)
        try:
            if present is not None:
                texts.withdraw(self.database, present.id, by=by, reason="wrong", now=NOW)
            else:
                texts.withdraw_as_shipped(self.database, name, {}, number=1, by=by, reason="wrong", now=NOW)
        except ReviewError:
            return
        words = self.valid[name]
        assert words is not None
        self.taken[name], self.valid[name] = words, None

    @rule(name=NAMES, by=PEOPLE)
    def bring_back(self, name: str, by: str) -> None:
        """What was taken back is sent again, word for word."""
        try:
            texts.bring_back(self.database, name, by=by, reason="mended", now=NOW)
        except ReviewError:
            assert name not in self.taken
            return
        self.valid[name] = self.taken.pop(name)

    @precondition(lambda self: self.day < START + timedelta(days=400))
    @rule(days=st.integers(1, 60))
    def time_passes(self, days: int) -> None:
        """Approvals run out."""
        self.day += timedelta(days=days)

    @rule(process=PROCESSES)
    def look(self, process: int) -> None:
        """A process takes up what was published."""
        self.processes[process].look(RecordDecisions(self.database), NOW)
        assert self.processes[process].problem is None
        self.seen[process] = dict(self.valid)

    @rule(process=PROCESSES)
    def restart(self, process: int) -> None:
        """A process dies, and another takes its place, which looks before the first visitor."""
        self.processes[process] = TextsInUse(self.data, load_library(self.data))
        self.look(process)

    @invariant()
    def visitors_get_nothing_that_nobody_stands_for(self) -> None:
        """Each process sends exactly what was valid when it looked, and nothing past its day."""
        for process, seen in zip(self.processes, self.seen, strict=True):
            for name, valid in seen.items():
                snippet = process.library[name]
                fits = valid is not None and (self.day <= valid[1] or snippet.clinic_only)
                assert snippet.sendable(self.day) == fits, name
                if fits and valid is not None:
                    assert snippet.text == valid[0]

    def teardown(self) -> None:
        """The folder goes."""
        self.folder.cleanup()


Clinic.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestClinic = Clinic.TestCase
