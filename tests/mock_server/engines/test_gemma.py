"""The gemma engine with a real worker process and a random model."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mock_server import engines
from mock_server.completion import (
    Choice,
    Completion,
    EngineFailure,
    EngineSaturated,
    FinishReason,
    Piece,
    Prompt,
    Turn,
)
from mock_server.engines.gemma import Gemma
from mock_server.gemma.foreman import WorkerError
from mock_server.gemma.weights import write_safetensors
from mock_server.tokens import Tokens
from tests.mock_server.tiny import write_tiny

CAP = 24


def make(folder: Path, **options: object) -> Gemma:
    engine = engines.build("gemma", Tokens.load(), {"model_dir": folder, **options})
    assert isinstance(engine, Gemma)
    return engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gemma]:
    home = tmp_path_factory.mktemp("model")
    made = make(write_tiny(home / "model"), adapters={"one": adapter(home / "one", 1)})
    yield made
    made.close()


def adapter(folder: Path, seed: int) -> Path:
    folder.mkdir()
    hand = np.random.default_rng(seed)
    settings = {"peft_type": "LORA", "r": 4, "lora_alpha": 40}
    (folder / "adapter_config.json").write_text(json.dumps(settings))
    module = "base_model.model.model.layers.1.mlp.down_proj"
    tensors = {
        f"{module}.lora_A.weight": hand.standard_normal((4, 64)).astype("f"),
        f"{module}.lora_B.weight": hand.standard_normal((32, 4)).astype("f"),
    }
    write_safetensors(folder / "adapter_model.safetensors", tensors)
    return folder


def prompt(engine: Gemma, text: str = "hello", **changes: object) -> Prompt:
    turns = (Turn("user", text),)
    made = Prompt("m", "m", None, turns, engine.count(turns), CAP, temperature=0.0)
    return replace(made, **changes)  # type: ignore[arg-type]


async def gather(engine: Gemma, asked: Prompt) -> list[Piece]:
    return [piece async for piece in engine.pieces(asked)]


def answers(engine: Gemma, *asked: Prompt) -> list[Completion]:
    async def all_at_once() -> list[list[Piece]]:
        return await asyncio.gather(*(gather(engine, one) for one in asked))

    made = asyncio.run(all_at_once())
    return [Completion.fold(one, pieces) for one, pieces in zip(asked, made, strict=True)]


def answer(engine: Gemma, **changes: object) -> Choice:
    (completion,) = answers(engine, prompt(engine, **changes))
    return completion.choices[0]


NO_END = {1: -100.0, 5: -100.0}


def test_the_ceiling_is_exact_and_usage_adds_up(engine: Gemma):
    (completion,) = answers(engine, prompt(engine, logit_bias=NO_END))
    assert completion.usage.prompt == Tokens.load().count("hello") + 9
    assert completion.usage.completion == CAP
    assert completion.choices[0].finish is FinishReason.LENGTH


def test_an_end_token_counts_and_stops(engine: Gemma):
    made = answer(engine, logit_bias={5: 100.0})
    assert (made.text, made.tokens, made.finish) == ("", 1, FinishReason.STOP)


def test_greedy_answers_repeat_and_a_smaller_ceiling_gives_a_prefix(engine: Gemma):
    whole, again, short = answers(
        engine, prompt(engine), prompt(engine), prompt(engine, cap=CAP // 2)
    )
    assert whole == again
    assert whole.choices[0].text.startswith(short.choices[0].text)


def test_the_same_seed_gives_the_same_text_and_another_seed_another(engine: Gemma):
    warm = prompt(engine, temperature=2.0, seed=7)
    first, again, other = answers(engine, warm, warm, replace(warm, seed=8))
    assert first == again != other


def test_without_a_seed_each_occurrence_differs(engine: Gemma):
    warm = prompt(engine, temperature=2.0)
    first, again, other = answers(engine, warm, warm, replace(warm, occurrence=1))
    assert first == again != other


@pytest.mark.parametrize("narrow", [{"top_p": 0.001}, {"top_p": 0.0}, {"top_k": 1}])
def test_a_narrow_choice_leaves_the_likeliest_token(engine: Gemma, narrow: dict[str, float]):
    warm = prompt(engine, temperature=2.0, seed=7)
    greedy, wide, thin = answers(engine, prompt(engine), warm, replace(warm, **narrow))
    assert thin == greedy != wide


def test_choices_differ_and_are_all_counted(engine: Gemma):
    (completion,) = answers(engine, prompt(engine, temperature=2.0, seed=1, n=3, logit_bias=NO_END))
    assert len({choice.text for choice in completion.choices}) == 3
    assert completion.usage.completion == 3 * CAP


def test_a_bias_forces_a_token(engine: Gemma):
    fox, *_ = Tokens.load().encode("fox")
    assert answer(engine, cap=3, logit_bias={fox: 100.0}).text == (
        Tokens.load().token_bytes(fox).decode() * 3
    )


def test_a_frequency_penalty_makes_tokens_rarer(engine: Gemma):
    def most(penalty: float) -> int:
        made = answer(engine, frequency_penalty=penalty, logprobs=True, logit_bias=NO_END)
        words = [one.bytes for one in made.logprobs]
        return max(words.count(word) for word in words)

    assert most(2.0) < most(-2.0) == CAP


def test_logprobs_come_with_every_token_and_the_greedy_one_is_the_likeliest(engine: Gemma):
    made = answer(engine, logprobs=True, top_logprobs=3, logit_bias=NO_END)
    assert len(made.logprobs) == CAP
    for one in made.logprobs:
        assert one.logprob <= 0
        assert len(one.top) == 3
    assert made.logprobs[0].top[0].logprob == made.logprobs[0].logprob


def test_a_stop_string_ends_the_answer_and_is_not_shown(engine: Gemma):
    whole = answer(engine, logit_bias=NO_END).text
    stop = whole[len(whole) // 2 :][:2]
    made = answer(engine, logit_bias=NO_END, stop=(stop,))
    assert made.text == whole[: whole.index(stop)]
    assert made.finish is FinishReason.STOP


def test_an_adapter_changes_the_answer_and_only_its_own(engine: Gemma):
    base = prompt(engine, cap=CAP, logit_bias=NO_END)
    alone = answers(engine, base)
    mixed = answers(engine, *[base, replace(base, adapter="one")] * 3)
    assert all(made.choices == alone[0].choices for made in mixed[::2])
    assert all(made.choices == mixed[1].choices for made in mixed[1::2])
    assert mixed[1].choices != alone[0].choices


def test_a_closed_answer_frees_its_place(tiny: Path):
    engine = make(tiny, room=1, line=1)

    async def leave_early() -> Completion:
        pieces = engine.pieces(prompt(engine, cap=4000, logit_bias=NO_END))
        await anext(aiter(pieces))
        await pieces.aclose()  # type: ignore[attr-defined]
        return Completion.fold(prompt(engine), await gather(engine, prompt(engine)))

    try:
        assert asyncio.run(leave_early()).choices[0].finish is not None
    finally:
        engine.close()


def test_a_full_line_is_saturation_and_those_in_line_are_served(tiny: Path):
    engine = make(tiny, room=1, line=1)

    async def crowd() -> list[list[Piece] | BaseException]:
        asked = prompt(engine, cap=40, logit_bias=NO_END)
        return await asyncio.gather(
            *(gather(engine, asked) for _ in range(4)), return_exceptions=True
        )

    try:
        found = asyncio.run(crowd())
    finally:
        engine.close()
    assert sum(isinstance(one, EngineSaturated) for one in found) == 2
    assert sum(isinstance(one, list) for one in found) == 2


def test_a_dead_worker_breaks_its_answers_and_is_replaced(engine: Gemma):
    async def killed() -> int:
        seen = 0
        async for piece in engine.pieces(prompt(engine, cap=4000, logit_bias=NO_END)):
            seen += piece.tokens
            if seen == 5:
                assert engine.worker is not None
                os.kill(engine.worker, signal.SIGTERM)
        return seen

    before, dead = answers(engine, prompt(engine, adapter="one")), engine.worker
    with pytest.raises(EngineFailure, match="the model worker died"):
        asyncio.run(killed())
    assert answers(engine, prompt(engine, adapter="one")) == before
    assert engine.worker != dead


def test_adapters_come_and_go_while_the_engine_runs(engine: Gemma, tmp_path: Path):
    engine.load_adapter("two", adapter(tmp_path / "two", 2))
    assert engine.adapters() == ("one", "two")
    two = answer(engine, adapter="two", logit_bias=NO_END)
    assert two != answer(engine, adapter="one", logit_bias=NO_END)
    engine.unload_adapter("two")
    assert engine.adapters() == ("one",)
    with pytest.raises(WorkerError, match="there is no adapter two"):
        engine.unload_adapter("two")


def test_an_adapter_that_leaves_serves_first_whoever_asked_for_it(tiny: Path, tmp_path: Path):
    engine = make(tiny, room=1, line=2, adapters={"one": adapter(tmp_path / "one", 1)})
    asked = prompt(engine, cap=300, logit_bias=NO_END, adapter="one")

    async def told_to_leave() -> list[list[Piece]]:
        running = [asyncio.create_task(gather(engine, asked)) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.to_thread(engine.unload_adapter, "one")
        return await asyncio.gather(*running)

    try:
        first, second = asyncio.run(told_to_leave())
        assert sum(piece.tokens for piece in first) == 300
        assert [piece.text for piece in first] == [piece.text for piece in second]
        assert engine.adapters() == ()
        engine.load_adapter("one", tmp_path / "one")
        assert answers(engine, asked)[0] == Completion.fold(asked, first)
    finally:
        engine.close()


def test_a_bad_adapter_is_refused_and_the_engine_goes_on(engine: Gemma, tmp_path: Path):
    with pytest.raises(WorkerError, match=r"^two is neither a PEFT folder nor"):
        engine.load_adapter("two", tmp_path / "two")
    with pytest.raises(WorkerError, match="there is an adapter one already"):
        engine.load_adapter("one", tmp_path / "two")
    assert answer(engine).tokens > 0


def test_an_interrupt_at_the_terminal_does_not_reach_the_worker(engine: Gemma):
    before = engine.worker
    assert before is not None
    os.kill(before, signal.SIGINT)
    assert answer(engine).tokens > 0
    assert engine.worker == before


def test_the_version_names_weights_runtime_and_provider(engine: Gemma):
    assert engine.version.endswith("-cpu")
    assert engine.version.count("-") == 2
