"""Writes the tiny folders of the GenAI model builder that the tests of `prepare` stand on.

Run by hand where torch, transformers, peft, onnx_ir and onnxscript are; the results are committed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import GemmaConfig, GemmaForCausalLM, PreTrainedTokenizerFast

ROOT = Path(__file__).parent.parent
DESTINATION = ROOT / "tests/mock_server/gemma/builder"
VARIETIES = (("fp32", "cpu"), ("int4", "cpu"), ("int8", "cpu"), ("fp16", "cuda"), ("int4", "dml"))
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
PROMPT = [2, 4, 300, 301, 302, 303, 5, 4]
KEPT = ("genai_config.json", "model.onnx", "model.onnx.data")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=DESTINATION)
    folder = parser.parse_args().folder
    torch.manual_seed(0)
    model = GemmaForCausalLM(
        GemmaConfig(
            vocab_size=512,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=16,
            max_position_embeddings=256,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=2,
        )
    )
    for parameter in model.parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.25)
    with tempfile.TemporaryDirectory() as scratch:
        weights = Path(scratch) / "weights"
        model.save_pretrained(weights)
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=str(ROOT / "mock_server/gemma/small/tokenizer.json"),
            bos_token="<bos>",
            eos_token="<eos>",
            pad_token="<pad>",
            unk_token="<unk>",
        )
        tokenizer.save_pretrained(weights)
        for precision, provider in VARIETIES:
            made = Path(scratch) / f"{precision}_{provider}"
            words = ["-i", weights, "-o", made, "-p", precision, "-e", provider, "-c", scratch]
            command = [sys.executable, "-m", "onnxruntime_genai.models.builder", *map(str, words)]
            subprocess.run(command, check=True)
            place = folder / made.name
            place.mkdir(parents=True, exist_ok=True)
            for name in KEPT:
                (place / name).write_bytes((made / name).read_bytes())
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=PROJECTIONS))
    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    adapted.save_pretrained(folder / "peft")
    (folder / "peft/README.md").unlink(missing_ok=True)
    reference: dict[str, list[int]] = {"prompt": PROMPT}
    for name in ("base", "adapter"):
        off = adapted.disable_adapter() if name == "base" else contextlib.nullcontext()
        with off, torch.no_grad():
            whole = adapted.generate(
                input_ids=torch.tensor([PROMPT]),
                max_new_tokens=24,
                do_sample=False,
                eos_token_id=None,
            )
        reference[name] = whole[0, len(PROMPT) :].tolist()
    (folder / "reference.json").write_text(json.dumps(reference) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
