"""Texts that a chat request may hold, from plain to hostile. Knows nothing of requests."""

from __future__ import annotations

import random

PLAIN = ("Say ok.", "Name a river.", "Count to three.", "Hello!", "What is the sea?", "repeat: ok")
SCRIPTS = (
    "漢字と仮名", "שלום עולם", "عربي", "नमस्ते", "ไทย", "Ελληνικά", "e\u0301a\u0300",
    "\U0001f469\u200d\U0001f680", "\U0001f1eb\U0001f1f7", "\U00020000", "\U000e0041", "\U0010fffd",
)  # fmt: skip
ODD = (
    "\u0000", "\u0007", "\u001b[31m", "\u007f", "\u0085", "\u2028", "\u2029", "\ufeff", "\ufffd",
    "\u202e", "\u200b", "\r\n", "\t", "\\", '"', "data: [DONE]\n\n", "\n\n: ping\n\n", "</script>",
    "{{7*7}}", "%s%n", "' OR 1=1 --", "../../etc", "${HOME}",
)  # fmt: skip
CONTROL = (
    "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<pad>", "<unk>", "<|im_start|>",
    "<|endoftext|>", "[INST]", "</s>",
)  # fmt: skip
PLANES = (
    0x80, 0x800, 0x3040, 0xE000, 0x10000, 0x1F300,
    *range(0x20000, 0x110000, 0x10000), 0xE0100, 0x10FF00,
)  # fmt: skip
"""Where blocks of characters begin that differ in length, plane or meaning: all 17 planes."""


def plain(dice: random.Random) -> str:
    """Return a short ordinary prompt."""
    return dice.choice(PLAIN)


def any_character(dice: random.Random) -> str:
    """Return one character of any plane; never half a surrogate pair."""
    start = dice.choice(PLANES)
    return chr(start + dice.randrange(0x80))


def legal(dice: random.Random) -> str:
    """Return a text that every server must take: any script, any length up to a few hundred."""
    match dice.randrange(6):
        case 0 | 1:
            return plain(dice)
        case 2:
            return f"{plain(dice)} {dice.choice(SCRIPTS)}"
        case 3:
            return "".join(any_character(dice) for _ in range(dice.randrange(1, 12)))
        case 4:
            return " ".join(dice.choice(PLAIN) for _ in range(dice.randrange(2, 12)))
        case _:
            return dice.choice(SCRIPTS) + " " * dice.randrange(3) + plain(dice)


def hostile(dice: random.Random) -> str:
    """Return a text that breaks careless servers: controls, markup, special tokens, or nothing."""
    match dice.randrange(5):
        case 0:
            return plain(dice) + dice.choice(ODD)
        case 1:
            return dice.choice(CONTROL) + plain(dice) + dice.choice(CONTROL)
        case 2:
            return ""
        case 3:
            return dice.choice((" ", "\n", "a", "0")) * dice.choice((1, 100, 1500))
        case _:
            return "".join(dice.choice(ODD) for _ in range(dice.randrange(1, 6)))
