"""A model of Gemma-7B's shape with random int4 weights: written, served, measured, removed.

Run as `python -m bench.gemma7b [HOME]`. Needs 40 GB of disk and 16 GB of memory free, and says so.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
import onnx
from onnx import TensorProto

from bench.gemma import STORY, Loop
from bench.gemma_serving import Rate, serving, together
from mock_server.gemma.folder import config, write_manifest
from mock_server.gemma.graph import Graph, Matrices, assemble
from mock_server.gemma.shape import Shape, Slot
from mock_server.gemma.weights import Weights
from mock_server.tokens import SHIPPED

SHAPE = Shape(
    vocabulary=256_000,
    hidden=3072,
    layers=28,
    heads=16,
    key_heads=16,
    head_size=256,
    intermediate=24_576,
)
DISK, MEMORY = 40 * 10**9, 16 * 10**9
BLOCK = 32
PART = 1 << 24
DATA = "model.onnx.data"


class RandomInt4(Matrices):
    """Matrices of random nibbles, written beside the graph as they are asked for."""

    def __init__(self, graph: Graph, shape: Shape, data: BinaryIO) -> None:
        super().__init__(graph, Weights({}), "int4")
        self._shape, self._data = shape, data
        # Each matrix has its own: the runtime keeps equal ones only once, which would flatter us.
        self._random = np.random.default_rng(0)

    def product(self, slot: Slot, x: str) -> str:
        """Multiply by blocks of four bits."""
        kept = self._stored(slot.name, slot.inputs, slot.outputs)
        return self._by(slot.name, x, kept, slot.inputs, slot.outputs, f"{slot.name}.out")

    def embedding(self) -> str:
        """The embedding, shared with the head."""
        self._stored("embedding", self._shape.hidden, self._shape.vocabulary)
        return "embedding"

    def gather(self, embedding: str) -> str:
        """Look the ids up in the head's own blocks."""
        sizes = np.array([self._shape.vocabulary, self._shape.hidden // 2], np.int64)
        flat = self._graph.node(
            "Reshape", ["embedding.blocks", self._graph.constant("flat", sizes)], "embedding.flat"
        )
        inputs = [flat, "input_ids", "embedding.scales"]
        numbers = {"bits": 4, "block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
        return self._graph.node("GatherBlockQuantized", inputs, "gathered", **numbers)

    def norm(self, module: str) -> str:
        """A norm that changes nothing."""
        return self._graph.constant(f"{module}.weight", np.ones(self._shape.hidden, np.float32))

    def logits(self, x: str, embedding: str) -> str:
        """Multiply by the embedding."""
        kept = [f"{embedding}.blocks", f"{embedding}.scales"]
        return self._by(embedding, x, kept, self._shape.hidden, self._shape.vocabulary, "logits")

    def _by(self, name: str, x: str, kept: list[str], k: int, n: int, out: str) -> str:
        numbers = {"K": k, "N": n, "bits": 4, "block_size": BLOCK, "accuracy_level": 4}
        return self._graph.node("MatMulNBits", [x, *kept], out, **numbers)

    def _stored(self, name: str, inputs: int, outputs: int) -> list[str]:
        blocks = inputs // BLOCK
        self._outside(f"{name}.blocks", TensorProto.UINT8, (outputs, blocks, BLOCK // 2), None)
        scale = np.full(outputs * blocks, 0.2 * inputs**-0.5, np.float32)
        self._outside(f"{name}.scales", TensorProto.FLOAT, (outputs, blocks), scale.tobytes())
        return [f"{name}.blocks", f"{name}.scales"]

    def _outside(self, name: str, kind: int, size: tuple[int, ...], data: bytes | None) -> None:
        self._data.write(b"\0" * (-self._data.tell() % 4096))
        offset, length = self._data.tell(), int(np.prod(size))
        if data is None:
            for begun in range(0, length, PART):
                self._data.write(self._random.bytes(min(PART, length - begun)))
        else:
            length = self._data.write(data)
        tensor = TensorProto(name=name, data_type=kind, dims=size)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", DATA), ("offset", offset), ("length", length)):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(value)
        self._graph.initializers.append(tensor)


def write(folder: Path, shape: Shape = SHAPE) -> int:
    """Write a folder of that shape; returns its bytes of weights."""
    graph = Graph()
    with (folder / DATA).open("wb") as data:
        model = assemble(shape, graph, RandomInt4(graph, shape, data))
        size = data.tell()
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "genai_config.json").write_text(json.dumps(config(shape, [1, 107])))
    (folder / "tokenizer.json").write_text(tokenizer(shape.vocabulary), encoding="utf-8")
    write_manifest(folder, tuple(shape.slots()), half=False, adapters={})
    return size


def tokenizer(size: int) -> str:
    """The shipped tokenizer with a word more for every id the model has beyond it."""
    document = json.loads(SHIPPED.read_text(encoding="utf-8"))
    words = document["model"]["vocab"]
    words |= {f"▁word{token}": token for token in range(len(words), size)}
    return json.dumps(document, ensure_ascii=False)


def lacking(home: Path) -> str | None:
    """What this machine lacks, in one sentence."""
    disk = shutil.disk_usage(home).free
    memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    available = Path("/proc/meminfo")
    if available.exists():
        memory = int(available.read_text().split("MemAvailable:")[1].split()[0]) * 1024
    if disk < DISK:
        return f"the 7B shape needs {DISK // 10**9} GB of disk; {disk // 10**9} GB are free"
    if memory < MEMORY:
        return f"the 7B shape needs {MEMORY // 10**9} GB of memory; {memory // 10**9} GB are free"
    return None


def measure(folder: Path, tokens: int, words: int) -> None:
    """Print load, memory, prefill, decode, cancelling, and how long `/healthz` takes meanwhile."""
    long = "fox " * words
    began, cpu = time.perf_counter(), time.process_time()
    loop: Loop | None = Loop(folder)
    took = f"{time.perf_counter() - began:.0f} s wall, {time.process_time() - cpu:.0f} s CPU"
    print(f"bare: loaded in {took}", flush=True)
    loop.run(STORY, 2)
    bare, read = loop.run(STORY, tokens), loop.run(long, 1)
    print(f"bare loop         {bare}\nbare, long prompt {read}", flush=True)
    # The server's own copy would not fit beside this one.
    loop = None
    gc.collect()
    began = time.perf_counter()
    with serving(folder) as server:
        took = f"{time.perf_counter() - began:.0f} s wall, {server.cpu():.0f} s CPU"
        print(f"served after {took}; worker {server.memory()} kB", flush=True)
        together(server, STORY, 2, 1)
        one = together(server, STORY, tokens, 1)
        print(f"HTTP, one stream  {one}")
        print(
            f"  to the bare loop: {one.per_second / bare.per_second:.2f} in tokens a second, "
            f"{bare.cpu_each / one.cpu_each:.2f} in tokens a CPU second",
            flush=True,
        )
        two = together(server, STORY, tokens, 2)
        print(f"HTTP, two streams {two}", flush=True)
        said: list[Rate] = []
        reading = threading.Thread(target=lambda: said.append(together(server, long, 1, 1)))
        slowest = 0.0
        reading.start()
        while reading.is_alive():
            slowest = max(slowest, server.healthy())
            time.sleep(0.05)
        print(f"HTTP, long prompt {said[0]}")
        print(
            f"  prefill of about {words} tokens: {words / said[0].wall:.1f}/s wall, "
            f"{said[0].cpu / words * 1e3:.0f} ms CPU a token; to bare {read.cpu / said[0].cpu:.2f} "
            f"by CPU; /healthz took at most {slowest * 1e3:.1f} ms"
        )
        print(f"worker {server.memory()} kB", flush=True)
        server.abandon(long, after=4.0)
        began = time.perf_counter()
        server.stream("Hi", 1)
        print(f"a token {time.perf_counter() - began:.1f} s after a client left amid its prompt")


def main() -> None:
    """Write, measure, remove."""
    home = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir())
    reason = lacking(home)
    if reason:
        raise SystemExit(reason)
    with tempfile.TemporaryDirectory(prefix="gonogo-7b-", dir=home) as scratch:
        began = time.perf_counter()
        size = write(Path(scratch))
        print(f"{size / 1e9:.2f} GB written in {time.perf_counter() - began:.0f} s", flush=True)
        measure(Path(scratch), tokens=32, words=200)


if __name__ == "__main__":
    main()
