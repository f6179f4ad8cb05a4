"""Writes the tiny folders of the GenAI model builder that the tests of `prepare` stand on.

Run by hand where the builder and peft are: `pip install 'gonogo[parity]'`. The results are
committed, beside what Hugging Face and PEFT answer with the same weights.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import GemmaConfig, GemmaForCausalLM, GemmaTokenizer

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.mock_server.lora import SEEDS, write_peft
from tests.mock_server.tiny import TINY

ROOT = Path(__file__).parent.parent
DESTINATION = ROOT / "tests/mock_server/gemma/builder"
VARIETIES = (("fp32", "cpu"), ("int4", "cpu"), ("int8", "cpu"), ("fp16", "cuda"), ("int4", "dml"))
VOICES = {"base": None, **SEEDS}
ENDS = [1, 5]
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) }}"
    "{{ '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
TALKS = (
    ["Hello"],
    ["hi"],
    ["Count to five"],
    ["repeat: zebra 42 apple"],
    ["Say 世界 and 🚀,\n\n  please."],
    ["My name is Zoe.", "Hello Zoe!", "Who am I?"],
    ["One", "Two", "Three", "Four", "Five"],
    ["Name a fox. " * 20],
    ["Grüße aus Köln"],
    ["What is a gateway?"],
    ["Tell me a story"],
    ["print('a')  # two  blanks"],
    ["Bonjour"],
    ["Who are you?"],
    ["Thank you!"],
    ["What does 429 mean?"],
    ["Spell the word lamp"],
    ["Good morning"],
)
CAP = 24
WANTED = 5
"""Answers of each voice."""
MARGIN = 0.01
"""By how much the likeliest logit leads in every answer that is recorded, so that no other
machine's rounding turns it round."""


def model() -> GemmaForCausalLM:
    """A random Gemma whose answers wander, and end by themselves now and then."""
    torch.manual_seed(0)
    made = GemmaForCausalLM(
        GemmaConfig(
            vocab_size=TINY.vocabulary,
            hidden_size=TINY.hidden,
            intermediate_size=TINY.intermediate,
            num_hidden_layers=TINY.layers,
            num_attention_heads=TINY.heads,
            num_key_value_heads=TINY.key_heads,
            head_dim=TINY.head_size,
            max_position_embeddings=TINY.context,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=2,
        )
    )
    for name, parameter in made.named_parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.25 if "embed" in name else 0.4)
    with torch.no_grad():
        made.model.embed_tokens.weight[ENDS[1]] *= 1.4
    made.generation_config.eos_token_id = ENDS
    return made.eval()


def tokenizer() -> GemmaTokenizer:
    """The shipped one, as Google's folders state theirs."""
    return GemmaTokenizer(
        tokenizer_file=str(ROOT / "mock_server/gemma/small/tokenizer.json"),
        bos_token="<bos>",
        eos_token="<eos>",
        pad_token="<pad>",
        unk_token="<unk>",
        chat_template=TEMPLATE,
    )


def build(weights: Path, folder: Path, scratch: Path) -> None:
    """Have the builder write every variety; all it writes is kept."""
    for precision, provider in VARIETIES:
        made = folder / f"{precision}_{provider}"
        shutil.rmtree(made, ignore_errors=True)
        words = ["-i", weights, "-o", made, "-p", precision, "-e", provider, "-c", scratch]
        command = [sys.executable, "-m", "onnxruntime_genai.models.builder", *map(str, words)]
        subprocess.run(command, check=True)


def answers(weights: Path, adapter: Path | None) -> list[dict[str, Any]]:
    """What Hugging Face, or PEFT, says when it takes the likeliest token."""
    speaker: Any = GemmaForCausalLM.from_pretrained(weights)
    if adapter is not None:
        speaker = PeftModel.from_pretrained(speaker, str(adapter))
    speaker.eval()
    words = GemmaTokenizer.from_pretrained(weights)
    found = [one for texts in TALKS if (one := answer(speaker, words, texts))]
    if len(found) < WANTED:
        raise SystemExit(f"only {len(found)} answers are decided clearly; write more talks")
    return found[:WANTED]


def answer(speaker: Any, words: GemmaTokenizer, texts: list[str]) -> dict[str, Any] | None:
    """One answer, token by token; None where a token of it was a near thing."""
    roles = ("user", "assistant") * len(texts)
    messages = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=False)]
    prompt = words.apply_chat_template(
        messages, add_generation_prompt=True, tokenize=True, return_dict=False
    )
    with torch.no_grad():
        made = speaker.generate(
            input_ids=torch.tensor([prompt]),
            max_new_tokens=CAP,
            do_sample=False,
            output_logits=True,
            return_dict_in_generate=True,
        )
    logits = torch.stack(made.logits).squeeze(1)
    best = logits.topk(2).values
    if float((best[:, 0] - best[:, 1]).min()) < MARGIN:
        return None
    ids = made.sequences[0, len(prompt) :].tolist()
    likely = logits.log_softmax(-1).max(-1).values.tolist()
    return {
        "messages": messages,
        "prompt": prompt,
        "ids": ids,
        "text": words.decode(ids, skip_special_tokens=True),
        "logprobs": [round(one, 4) for one in likely],
    }


def saved_by_peft(weights: Path, adapter: Path, folder: Path) -> None:
    """The same adapter as PEFT itself writes it, with all its settings."""
    plain = GemmaForCausalLM.from_pretrained(weights)
    adapted = PeftModel.from_pretrained(plain, str(adapter))
    settings = adapted.peft_config["default"]
    settings.base_model_name_or_path = "tiny-gemma"
    settings.target_modules = sorted(settings.target_modules)
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    (folder / "adapter_model.safetensors").chmod(0o644)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=DESTINATION)
    folder = parser.parse_args().folder
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        weights = scratch / "weights"
        model().save_pretrained(weights)
        tokenizer().save_pretrained(weights)
        for voice, seed in VOICES.items():
            made = write_peft(scratch / voice, TINY, seed) if seed is not None else None
            said = answers(weights, made)
            lines += [json.dumps({"voice": voice, **one}, ensure_ascii=False) for one in said]
        build(weights, folder, scratch)
        saved_by_peft(weights, scratch / "one", folder / "peft")
    text = ",\n".join(lines)
    (folder / "reference.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
