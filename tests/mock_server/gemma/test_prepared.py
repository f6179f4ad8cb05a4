"""A folder of the model builder and PEFT adapters made here: prepared and served by the commands,
asked over HTTP, and equal to Hugging Face and PEFT token by token.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from mock_server.gemma.job import Job
from mock_server.gemma.native import NativeModel
from mock_server.gemma.peft import read_peft
from mock_server.tokens import Tokens
from tests.mock_server.built import BUILDER, CAP, PEFT, RECORDED, VARIETIES, Recorded, of
from tests.mock_server.driving import CHAT, KEY, MODEL
from tests.mock_server.lora import SEEDS, write_peft
from tests.mock_server.tiny import TINY

COMMAND = [sys.executable, "-m", "mock_server"]
TOKENS = Tokens.load(BUILDER / "fp32_cpu" / "tokenizer.json")
REPLACED = "\ufffd"
"""What Hugging Face writes for bytes that are no text; the engine leaves them out."""


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("adapters")
    return {name: write_peft(home / name, TINY, seed) for name, seed in SEEDS.items()}


def prepared(source: Path, destination: Path, *words: str) -> Path:
    command = [*COMMAND, "prepare", str(source), str(destination), *words]
    subprocess.run(command, check=True, capture_output=True)
    return destination


@contextlib.contextmanager
def serving(folder: Path, *words: str) -> Iterator[httpx.Client]:
    """Serve a folder by the command, and stop it at the end."""
    command = [*COMMAND, "serve", "--engine", "gemma", "--model-dir", str(folder), "--port", "0"]
    process = subprocess.Popen([*command, "--ready-json", *words], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        url = f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        with httpx.Client(base_url=url, headers=KEY, timeout=30) as client:
            yield client
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def asked(one: Recorded, model: str = MODEL, **more: object) -> dict[str, object]:
    exact = {"temperature": 0, "max_tokens": CAP, "logprobs": True, "top_logprobs": 0}
    return {"model": model, "messages": one.messages, **exact, **more}


def spelled(voice: str) -> str:
    return MODEL if voice == "base" else f"{MODEL}:{voice}"


def ask(client: httpx.Client, body: dict[str, object]) -> dict[str, Any]:
    answer = client.post(CHAT, json=body)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def said(ids: list[int]) -> list[list[int]]:
    """The bytes of every token, as `logprobs` gives them; an end token is not told of."""
    kept = ids[:-1] if ids[-1] in TOKENS.ends else ids
    return [list(TOKENS.token_bytes(one)) for one in kept]


def require_equal(document: dict[str, Any], one: Recorded) -> None:
    (choice,) = document["choices"]
    told = choice["logprobs"]["content"]
    assert [entry["bytes"] for entry in told] == said(one.ids)
    assert choice["message"]["content"] == TOKENS.decode(one.ids)
    assert choice["finish_reason"] == ("stop" if one.ids[-1] in TOKENS.ends else "length")
    counts = (len(one.prompt), len(one.ids))
    assert document["usage"] == document["usage"] | {
        "prompt_tokens": counts[0],
        "completion_tokens": counts[1],
        "total_tokens": sum(counts),
    }


@pytest.fixture(scope="module")
def client(
    adapters: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Float32, with one adapter brought along by `prepare` and one named to `serve`."""
    home = tmp_path_factory.mktemp("prepared")
    folder = prepared(BUILDER / "fp32_cpu", home / "mine", "--adapter", f"one={adapters['one']}")
    with serving(folder, "--adapter", f"two={adapters['two']}") as client:
        yield client


def test_the_reference_has_answers_that_stop_and_that_do_not():
    for voice in ("base", *SEEDS):
        assert len(of(voice)) >= 5
    stopped = [one for one in RECORDED if one.ids[-1] in TOKENS.ends]
    assert 2 <= len(stopped) <= len(RECORDED) - 2
    assert len({tuple(one.ids) for one in RECORDED}) == len(RECORDED)


def test_the_adapter_made_here_is_the_one_that_peft_saved(adapters: dict[str, Path]):
    ours, theirs = read_peft(adapters["one"]), read_peft(PEFT)
    assert len(ours) == 7 * TINY.layers
    assert sorted(ours) == sorted(theirs)
    for module, pair in ours.items():
        assert np.array_equal(pair.a, theirs[module].a)
        assert np.array_equal(pair.b, theirs[module].b)


def test_the_folders_own_tokenizer_lays_a_prompt_out_as_hugging_face_does():
    for one in RECORDED:
        turns = [(message["role"], message["content"]) for message in one.messages]
        assert TOKENS.prompt_ids(turns) == one.prompt
        assert TOKENS.decode(one.ids) == one.text or REPLACED in one.text


def test_base_and_adapters_are_listed(client: httpx.Client):
    listed = {one["id"]: one["parent"] for one in client.get("/v1/models").json()["data"]}
    assert listed == {MODEL: None, f"{MODEL}:one": MODEL, f"{MODEL}:two": MODEL}


@pytest.mark.parametrize("voice", ["base", *SEEDS])
def test_float32_answers_as_hugging_face_and_peft_do(client: httpx.Client, voice: str):
    for one in of(voice):
        document = ask(client, asked(one, spelled(voice)))
        require_equal(document, one)
        told = document["choices"][0]["logprobs"]["content"]
        likely = [entry["logprob"] for entry in told]
        assert likely == pytest.approx(one.logprobs[: len(likely)], abs=0.01)
        if voice != "base":
            assert ask(client, asked(one, lora=voice))["choices"] == document["choices"]


def whole(stream: str) -> dict[str, Any]:
    """A stream with usage, put together as one document."""
    *lines, done = [line[6:] for line in stream.splitlines() if line.startswith("data: ")]
    assert done == "[DONE]"
    *chunks, last = [json.loads(line) for line in lines]
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    told = [one for choice in choices for one in (choice["logprobs"] or {}).get("content") or ()]
    choice = {
        "message": {"content": "".join(one["delta"].get("content") or "" for one in choices)},
        "logprobs": {"content": told},
        "finish_reason": choices[-1]["finish_reason"],
    }
    return {"choices": [choice], "usage": last["usage"]}


@pytest.mark.parametrize("voice", ["base", *SEEDS])
def test_a_stream_says_the_same(client: httpx.Client, voice: str):
    streamed = {"stream": True, "stream_options": {"include_usage": True}}
    for one in of(voice):
        answer = client.post(CHAT, json=asked(one, spelled(voice), **streamed))
        require_equal(whole(answer.text), one)


def test_a_baked_folder_is_the_adapter(adapters: dict[str, Path], tmp_path: Path):
    words = ("--baked", str(adapters["two"]))
    with serving(prepared(BUILDER / "fp32_cpu", tmp_path / "mine", *words)) as client:
        for one in of("two"):
            require_equal(ask(client, asked(one)), one)


def bare(model: NativeModel, one: Recorded, adapter: str | None = None) -> Recorded:
    """What the runtime says without a server to the same prompt."""
    sequence = model.start(Job(1, one.prompt, CAP, [], adapter=adapter))
    sequence.read(one.prompt)
    ids: list[int] = []
    while len(ids) < CAP and not TOKENS.ends.intersection(ids):
        ids.append(sequence.step()[0])
    return replace(one, ids=ids)


@pytest.mark.parametrize("variety", VARIETIES)
def test_every_variety_answers_as_the_bare_runtime_does(
    adapters: dict[str, Path], tmp_path: Path, variety: str
):
    words = ("--adapter", f"one={adapters['one']}")
    folder = prepared(BUILDER / variety, tmp_path / "mine", *words)
    model = NativeModel(folder)
    model.load(folder / "adapters/one.onnx_adapter", "one")
    with serving(folder) as client:
        for one in of("one"):
            plain, adapted = bare(model, one), bare(model, one, "one")
            assert plain.ids != adapted.ids
            require_equal(ask(client, asked(one)), plain)
            require_equal(ask(client, asked(one, spelled("one"))), adapted)
