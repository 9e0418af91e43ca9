"""The project's files as Rasa's training graph asks for them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Optional

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.files import read_mapping
from bot.content.ingredients import project_file
from bot.content.sync import new_intents
from bot.safety.warning import WARNING

_RULE = "- rule: {name}\n  steps:\n  - intent: {name}\n  - action: utter_{name}\n"
"""The same that bot/content/sync.py writes for every other intent."""


class ProjectFiles(RasaFileImporter):
    """Each file is read once, and the examples by the reader that checks them for the editors.

    Rasa's own importer reads every example file six times, checks each against a schema and copies all examples eleven
    times: half of the time a training takes. What it makes of an example is left to it.
    """

    def __init__(self, data: Path) -> None:
        super().__init__(
            str(project_file(data, "config.yml")), str(project_file(data, "domain.yml")), [str(data / "rules.yml")]
        )
        self._folder = data / "nlu"

    def get_domain(self) -> Domain:
        """What domain.yml says."""
        return self._domain

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        """The rules; there are no stories."""
        return self._rules

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Every example, in the order of the files' names."""
        return self._examples

    @cached_property
    def _new(self) -> list[str]:
        """Intents of questions that staff made in the console: among the examples, but in no other file."""
        return sorted(new_intents(self._folder) - set(super().get_domain().intents))

    @cached_property
    def _domain(self) -> Domain:
        domain = super().get_domain()
        if not self._new:
            return domain
        responses = {f"utter_{name}": [{"text": WARNING}] for name in self._new}
        return domain.merge(Domain.from_dict({"intents": self._new, "responses": responses}))

    @cached_property
    def _rules(self) -> StoryGraph:
        rules = super().get_stories()
        if not self._new:
            return rules
        added = "".join(_RULE.format(name=name) for name in self._new)
        return rules.merge(StoryGraph(YAMLStoryReader(self._domain).read_from_string(f"rules:\n{added}")))

    @cached_property
    def _examples(self) -> TrainingData:
        reader = RasaYAMLReader()
        for path in sorted(self._folder.glob("*.yml")):
            reader.filename = str(path)
            reader._parse_nlu(read_mapping(path).get("nlu"))
        return TrainingData(
            reader.training_examples, reader.entity_synonyms, reader.regex_features, reader.lookup_tables
        )
