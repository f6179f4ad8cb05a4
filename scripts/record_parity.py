"""Records what Hugging Face and PEFT answer with the shipped weights, token by token.

Run by hand where torch, transformers and peft are: `pip install 'gonogo[parity]'`. With `--check`
it only compares. The everyday test compares the engine with the recorded ids.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peft import PeftModel
from transformers import GemmaConfig, GemmaForCausalLM

sys.path.insert(0, str(Path(__file__).parent.parent))

from mock_server.gemma.folder import SHIPPED, Folder
from mock_server.gemma.half import unfolded
from mock_server.tokens import Tokens

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "tests/mock_server/gemma/parity.json"
PROMPTS = [
    "Hello",
    "hi",
    "Good morning",
    "Thank you!",
    "Who are you?",
    "What is a gateway?",
    "How does a stream end?",
    "What does 429 mean?",
    "Bonjour",
    "你好",
    "repeat: hello world",
    "repeat: zebra 42 apple",
    "Say: ping pong",
    "Echo: 世界 🚀",
    "Reply with the single word banana",
    "Repeat exactly, with nothing else: blue lamp",
    "Count to five",
    "Count from 1 to 12",
    "Count down from ten to one",
    "List three colours",
    "Name four animals.",
    "What is the opposite of hot?",
    "What is the capital of France?",
    "What is 3 + 4?",
    "My name is Zoe.",
    "What is the first word of this text? lamp tree fox",
    "Say yes or no.",
    "Spell the word fox",
    "Tell me a joke",
    "Tell me a story",
    "Tell me a long story about a fox.",
    "Write hello world in Python",
    "Give me a JSON object with name Ada and age 7",
    "Explain the sea",
    "You are terse.\n\nHello",
    "What is a fox?",
]
CAP = 48


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """The shipped weights under Hugging Face's names, unfolded to float32."""
    found = unfolded(Folder.open(folder)).arrays
    state = {name: torch.from_numpy(np.ascontiguousarray(one)) for name, one in found.items()}
    return state | {"lm_head.weight": state["model.embed_tokens.weight"]}


def reference(folder: Path) -> GemmaForCausalLM:
    """The shipped model in Hugging Face's words."""
    config = json.loads((folder / "genai_config.json").read_text())["model"]
    decoder, state = config["decoder"], weights(folder)
    model = GemmaForCausalLM(
        GemmaConfig(
            vocab_size=config["vocab_size"],
            hidden_size=decoder["hidden_size"],
            intermediate_size=state["model.layers.0.mlp.gate_proj.weight"].shape[0],
            num_hidden_layers=decoder["num_hidden_layers"],
            num_attention_heads=decoder["num_attention_heads"],
            num_key_value_heads=decoder["num_key_value_heads"],
            head_dim=decoder["head_size"],
            max_position_embeddings=config["context_length"],
            pad_token_id=0,
            bos_token_id=2,
            eos_token_id=config["eos_token_id"],
        )
    )
    model.load_state_dict(state)
    return model.eval()


def answers(folder: Path) -> list[dict[str, Any]]:
    """Every prompt with base and adapters."""
    tokens, folder_of = Tokens.load(folder / "tokenizer.json"), Folder.open(folder)
    found: list[dict[str, Any]] = []
    for adapter in (None, *(folder_of.adapters or {})):
        model: Any = reference(folder)
        if adapter is not None:
            model = PeftModel.from_pretrained(model, str(folder_of.adapters[adapter])).eval()
        for prompt in PROMPTS:
            ids = tokens.prompt_ids([("user", prompt)])
            with torch.no_grad():
                whole = model.generate(
                    input_ids=torch.tensor([ids]), max_new_tokens=CAP, do_sample=False
                )
            found.append(
                {"prompt": prompt, "adapter": adapter, "ids": whole[0, len(ids) :].tolist()}
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--record", type=Path, default=RECORD)
    options = parser.parse_args()
    found = answers(options.folder)
    if options.check:
        same = found == json.loads(options.record.read_text(encoding="utf-8"))
        print(f"{len(found)} answers: {'as recorded' if same else 'NOT as recorded'}")
        raise SystemExit(0 if same else 1)
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in found)
    options.record.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(found)} answers recorded")


if __name__ == "__main__":
    main()
