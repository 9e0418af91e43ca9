"""Rasa's training graph, run for one model: what it puts together is
ours, its cache is not, since a model that fits is never trained again."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.constants import PLACEHOLDER_IMPORTER
from rasa.engine.graph import ExecutionContext, GraphModelConfiguration, GraphNodeHook, GraphSchema
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.validation import validate
from rasa.shared.data import TrainingType
from threadpoolctl import threadpool_limits

from bot.on_rasa.quick.graph import index_rules
from bot.on_rasa.training_files import ProjectFiles

_STAGES = {
    "SentenceEncoder": "encoding the sentences",
    "QuestionParts": "learning the questions",
    "RulePolicy": "learning the rules",
}
"""What is being done, by a part of the name of Rasa's node. Other nodes take no time worth a word."""

READING, WRITING = "reading the data", "writing the model"


def train_graph(data: Path, folder: Path, archive: Path, begin: Callable[[str], None]) -> None:
    """Trains on a data folder and writes the model's archive.

    Args:
        data: the data folder.
        folder: an empty folder for what the components store; the archive is made from it.
        archive: the file to write.
        begin: is told each stage as it begins.
    """
    begin(READING)
    files = ProjectFiles(data)
    configuration = _configuration(files)
    domain = copy.deepcopy(files.get_domain())  # before a component can change it
    storage = LocalModelStorage.create(folder)
    context = ExecutionContext(graph_schema=configuration.train_schema, is_finetuning=False)
    runner = DaskGraphRunner.create(_quickened(configuration.train_schema), storage, context, [_Stages(begin)])
    with threadpool_limits(limits=1, user_api="blas"):  # what needs the cores shares its work out by itself
        runner.run({PLACEHOLDER_IMPORTER: files})
    begin(WRITING)
    storage.create_model_package(archive, configuration, domain)


def _configuration(files: ProjectFiles) -> GraphModelConfiguration:
    """The graph that config.yml asks for, checked by Rasa."""
    config = files.get_config()
    recipe = Recipe.recipe_for_name(config.get("recipe"))
    config, _, _ = recipe.auto_configure(files.get_config_file_for_auto_config(), config, TrainingType.BOTH)
    configuration = recipe.graph_config_for_recipe(config, {}, training_type=TrainingType.BOTH, is_finetuning=False)
    validate(configuration)
    return configuration


class IndexedRulePolicy(RulePolicy):
    """Rasa's rules, which look for contradictions only where rules
    end alike: otherwise each rule is held against every other one."""

    def _analyze_rules(self, *args: Any, **kwargs: Any) -> List[str]:
        index_rules(self)
        return super()._analyze_rules(*args, **kwargs)


def _quickened(schema: GraphSchema) -> GraphSchema:
    """The same graph, with the indexed rules where Rasa's are.

    The model names Rasa's own, which the website indexes by itself.
    """
    return GraphSchema(
        {
            name: replace(node, uses=IndexedRulePolicy) if node.uses is RulePolicy else node
            for name, node in schema.nodes.items()
        }
    )


class _Stages(GraphNodeHook):
    """Tells which stage begins when Rasa comes to a node."""

    def __init__(self, begin: Callable[[str], None]) -> None:
        self._begin = begin

    def on_before_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: Dict[str, Any],
        received_inputs: Dict[str, Any],
    ) -> Dict[str, Any]:
        """The first stage of which the node's name holds a part."""
        stages: List[str] = [stage for part, stage in _STAGES.items() if part in node_name]
        if stages:
            self._begin(stages[0])
        return {}

    def on_after_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: Dict[str, Any],
        output: Any,
        input_hook_data: Dict[str, Any],
    ) -> None:
        """Nothing: a stage lasts until the next one begins."""
