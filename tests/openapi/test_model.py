"""Facts of the model: read whole or refused, and the sums both rooms make with them."""

from typing import Any

import pytest

from openapi import ContractError, ModelFacts, contract

BLOCK: dict[str, Any] = contract().document["x-model"]
FACTS = ModelFacts.parse(BLOCK)


def test_the_page_of_the_vendor_is_what_the_block_says() -> None:
    assert FACTS.id == "google/gemma-7b-it-lora"
    assert (FACTS.context_window, FACTS.max_output_tokens) == (4096, 4096)
    assert (FACTS.input_price, FACTS.output_price) == (80, 160)


def test_a_missing_and_an_unknown_fact_are_named_together() -> None:
    block = {key: value for key, value in BLOCK.items() if key != "created"} | {"colour": "red"}
    with pytest.raises(ContractError, match=r"'colour'.*missing keys .'created'"):
        ModelFacts.parse(block)


@pytest.mark.parametrize(
    ("prompt", "completion", "nano_usd"),
    [(24, 12, 3840), (10, 4086, 654_560), (0, 0, 0), (1, 0, 80), (0, 1, 160)],
)
def test_a_cost_is_tokens_times_price_exactly(prompt: int, completion: int, nano_usd: int) -> None:
    assert FACTS.cost(prompt, completion) == nano_usd


@pytest.mark.parametrize(
    ("selector", "base", "adapter"),
    [("a/b", "a/b", None), ("a/b:c", "a/b", "c"), ("a/b:", "a/b", ""), ("a:b:c", "a", "b:c")],
)
def test_a_selector_is_split_at_its_first_separator(
    selector: str, base: str, adapter: str | None
) -> None:
    assert FACTS.split(selector) == (base, adapter)


@pytest.mark.parametrize(
    ("name", "legal"),
    [
        ("pirate", True),
        ("A.b_c-9", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("../x", False),
        ("a b", False),
        ("é", False),
        ("pirate\n", False),
    ],
)
def test_an_adapter_is_named_like_a_file_and_never_like_a_path(name: str, legal: bool) -> None:
    assert FACTS.adapter_name_is_legal(name) is legal
