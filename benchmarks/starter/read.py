"""Trains a pipeline of Rasa's own on some sentences and reads
others with it, in the environment of the starter project.

Run by benchmarks.contenders with that environment's Python 3.10, which has Rasa and nothing of ours: a job as JSON
comes in on standard input, what was read goes out as JSON on the last line of standard output.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Reads the job, does it, prints the result."""
    job = json.load(sys.stdin)
    import tensorflow  # noqa: F401 - the networks load it in any case; memory and time are counted from here on
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    before, started = _peak_mb(), time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        examples = {}
        for text, intent in job["train"]:
            examples.setdefault(intent, []).append(text)
        blocks = [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
            for intent, texts in examples.items()
        ]
        # JSON is YAML, and leaves no doubt about quoting.
        (folder / "nlu.yml").write_text(json.dumps({"version": "3.1", "nlu": blocks}), encoding="utf-8")
        config = {
            "recipe": "default.v1",
            "assistant_id": "contender",
            "language": "en",
            "pipeline": job["pipeline"],
            "policies": [],
        }
        (folder / "config.yml").write_text(json.dumps(config), encoding="utf-8")
        model = train_nlu(config=str(folder / "config.yml"), nlu_data=str(folder / "nlu.yml"), output=name)
        agent = Agent.load(model)
        training = time.perf_counter() - started
        parsed, times = asyncio.run(_read(agent, job["test"]))
    result = {"training_s": training, "times_ms": times, "peak_mb": _peak_mb(), "before_mb": before, "parsed": parsed}
    print(f"\n{json.dumps(result)}")


async def _read(agent, texts):
    await agent.parse_message("What is it?")
    parsed, times = [], []
    for text in texts:
        begun = time.perf_counter()
        found = await agent.parse_message(text)
        times.append((time.perf_counter() - begun) * 1000)
        parsed.append({"intent": found["intent"], "intent_ranking": found["intent_ranking"]})
    return parsed, times


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
