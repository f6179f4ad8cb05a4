"""The doctor: what is installed here, what would load, why not, and what to type.

Knows packages and providers; it opens the smallest model there is, in a process of its own.
"""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mock_server.gemma.fit import require_fit
from mock_server.gemma.folder import Folder, FolderError
from mock_server.gemma.foreman import Foreman, WorkerError
from mock_server.gemma.room import Room
from mock_server.tokens import TokenizerError, Tokens

RUNTIMES = {
    "onnxruntime-genai": "cpu",
    "onnxruntime-genai-cuda": "cuda",
    "onnxruntime-genai-directml": "dml",
}
OTHERS = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "numpy", "tokenizers", "onnx")
EXTRAS = {"cpu": "gemma", "cuda": "gemma-cuda", "dml": "gemma-directml"}
BUILDER = ("torch", "transformers", "onnx-ir", "onnxscript")
ALIKE = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    good: bool
    text: str


def examine(
    folder: Path | None = None,
    version: Callable[[str], str | None] | None = None,
    attempt: Callable[[Folder, str], str | None] | None = None,
) -> Iterator[Line]:
    """Look at everything, one line each; `version` and `attempt` stand in for the machine."""
    version, attempt = version or _version, attempt or _attempt
    yield Line(True, f"Python {platform.python_version()} on {sys.platform} {platform.machine()}")
    found = {name: version(name) for name in (*RUNTIMES, *OTHERS)}
    for name, number in found.items():
        if number is not None:
            yield Line(True, f"{name} {number}")
    runtimes = [name for name in RUNTIMES if found[name]]
    if not runtimes:
        yield Line(False, "ONNX Runtime GenAI is missing: pip install 'gonogo[gemma]'")
        return
    for names in (tuple(RUNTIMES), ALIKE):
        both = [name for name in names if found[name]]
        if len(both) > 1:
            yield Line(
                False,
                f"{' and '.join(both)} overwrite each other's files: "
                f"pip uninstall {' '.join(both)}, then install one extra of {_extras()}",
            )
    lacking = [name for name in BUILDER if version(name) is None]
    yield Line(
        True,
        f"prepare takes what the model builder wrote; Hugging Face weights need "
        f"{', '.join(lacking)} (pip install 'gonogo[builder]')"
        if lacking
        else "prepare takes Hugging Face weights, and what the model builder wrote",
    )
    try:
        known = Folder.open(folder)
        require_fit(known, Tokens.load(known.path / "tokenizer.json"))
    except (FolderError, TokenizerError) as error:
        yield Line(False, str(error))
        return
    here = f"{len(known.slots)} places for adapters" if known.slots else "no adapters possible"
    yield Line(True, f"model folder {known.path.name}: context {known.context}, {here}")
    for provider, extra in EXTRAS.items():
        reason = attempt(known, provider)
        if reason is None:
            yield Line(True, f"--provider {provider} loads the model")
        else:
            install = f"pip install 'gonogo[{extra}]' in an environment without the others"
            yield Line(provider != "cpu", f"--provider {provider} does not: {reason} ({install})")


def _extras() -> str:
    return ", ".join(f"'gonogo[{extra}]'" for extra in EXTRAS.values())


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _attempt(folder: Folder, provider: str) -> str | None:
    with tempfile.TemporaryDirectory(prefix="gonogo-") as scratch:
        if provider == "cuda":
            from mock_server.gemma.half import for_provider

            folder = for_provider(folder, provider, Path(scratch))
        foreman = Foreman(folder.path, provider, Room(1, 1))
        try:
            foreman.start()
        except WorkerError as error:
            return str(error)
        finally:
            foreman.close()
    return None
