"""Calls the GenAI model builder for those who have Hugging Face weights and the builder installed.

Knows its command line; nothing of graphs. The builder runs in a process of its own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mock_server.gemma.prepare import PrepareError

NEEDS = ("torch", "transformers", "onnx_ir", "onnxscript")
INSTALL = "pip install 'gonogo[builder]'"
MODULE = "onnxruntime_genai.models.builder"
KEPT = 65536
"""Bytes of what the builder says of itself."""


@contextlib.contextmanager
def built(
    source: Path, say: Callable[[str], object], progress: Callable[[bytes], object]
) -> Iterator[Path]:
    """Give the folder itself, or what the builder makes of the weights in it, for the while.

    `progress` gets what the builder writes of how far it is. Raises PrepareError when the builder
    is not installed or fails.
    """
    if (source / "genai_config.json").exists() or not (source / "config.json").exists():
        yield source
        return
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise PrepareError(
            f"{source.name} holds Hugging Face weights, and the model builder needs "
            f"{', '.join(missing)}: {INSTALL}"
        )
    home = source.absolute().parent
    with tempfile.TemporaryDirectory(prefix=".gonogo-build-", dir=home) as scratch:
        say("building int4 for the CPU; this reads all weights and takes its time")
        folder = Path(scratch) / "built"
        words = ["-i", str(source), "-o", str(folder), "-p", "int4", "-e", "cpu", "-c", scratch]
        code, told = _run([sys.executable, "-P", "-m", MODULE, *words], progress)
        if code:
            last = (told.strip().splitlines() or ["no word of why"])[-1]
            raise PrepareError(f"the model builder failed: {last}")
        # The builder writes the tokenizer anew, with an id beyond the vocabulary.
        own = source / "tokenizer.json"
        if own.is_file():
            (folder / "tokenizer.json").write_bytes(own.read_bytes())
        yield folder


def _run(words: list[str], progress: Callable[[bytes], object]) -> tuple[int, str]:
    """Run to the end, which an exception brings at once; the end of what it wrote of itself."""
    quiet = {**os.environ, "ORT_DISABLE_TELEMETRY": "1"}
    kept = b""
    with subprocess.Popen(  # noqa: S603
        words, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stderr is not None
        try:
            while block := process.stderr.read(KEPT):
                kept = (kept + block)[-KEPT:]
                progress(block)
        except BaseException:
            process.kill()
            raise
    return process.returncode, kept.decode("utf-8", "replace")
