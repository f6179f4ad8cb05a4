"""Trains the tokenizer of the small Gemma: 2,048 entries, byte fallback, Gemma's special tokens.

Knows nothing of the model; run once, its result is committed.
"""

from __future__ import annotations

import argparse
import json
import random
import string
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from write_corpus import Writer

SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
BYTES = [f"<0x{value:02X}>" for value in range(256)]
WORDS = r"▁?\p{L}[\p{L}\p{M}]*|\p{N}|\n|▁+(?![\p{L}])|▁?[^\p{L}\p{M}\p{N}\n▁]+|▁|\p{M}+"
SIZE = 2048
DESTINATION = Path(__file__).parent.parent / "mock_server/gemma/small/tokenizer.json"


def lines(count: int, seed: int) -> Iterator[str]:
    """The corpus as text, each turn under the header that the chat template gives it."""
    for _, chat in zip(range(count), Writer(random.Random(seed)).chats(), strict=False):
        for position, turn in enumerate(chat.turns):
            yield f"{'model' if position % 2 else 'user'}\n{turn}"


def train(count: int, seed: int) -> str:
    """The finished `tokenizer.json`."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORDS), "isolated")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE,
        special_tokens=[*SPECIAL, *BYTES],
        initial_alphabet=[*string.ascii_letters, *string.digits, *string.punctuation, "▁", "\n"],
        min_frequency=4,
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines(count, seed), trainer)
    document = json.loads(tokenizer.to_str())
    # Byte tokens are reached by fallback only: as added tokens, a user could type them.
    document["added_tokens"] = [
        token for token in document["added_tokens"] if token["content"] in SPECIAL
    ]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, nargs="?", default=DESTINATION)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.path.write_text(train(options.count, options.seed), encoding="utf-8")


if __name__ == "__main__":
    main()
