"""A servable model folder: `genai_config.json`, the graph, `tokenizer.json`, and our manifest.

Knows the files and what stands in them; opens no model and imports no runtime.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mock_server.gemma.shape import FLOAT_BYTES, Shape, Slot

SHIPPED = Path(__file__).parent / "small"
MANIFEST = "gonogo.json"
FORMAT = 1
HASHED_AT_START = 16 * 2**20
BLOCK = 8 * 2**20
DOCUMENT_LIMIT = 16 * 2**20
"""Bytes of a configuration or a manifest."""
Watch = Callable[[str, int], Callable[[int], object]]
"""Told what long work begins and its bytes; gives what is told of every block that is done."""


class FolderError(ValueError):
    """A folder that cannot be served, and what to do about it, in one sentence."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What is known of a model before it is loaded."""

    path: Path
    context: int
    """Tokens of prompt and completion together."""
    vocabulary: int
    kv_bytes: int
    """Bytes of key and value cache a token takes."""
    ends: frozenset[int]
    """Ids that end an answer."""
    slots: tuple[Slot, ...] = ()
    """Where an adapter may stand; none in a folder that was not prepared."""
    half: bool = False
    """True where the graph works in float16, and adapters must too."""
    adapters: Mapping[str, Path] | None = None
    """Adapters that lie in the folder, by name."""
    digest: str = ""
    """Changes with the weights."""

    @classmethod
    def open(cls, path: str | Path | None = None) -> Folder:
        """Read a folder, by default the shipped one; raises FolderError."""
        where = Path(path) if path is not None else SHIPPED
        if not where.is_dir():
            raise FolderError(f"there is no folder {where.name}; --model-dir takes a model folder")
        config = _json(where, "genai_config.json")
        if not (where / "tokenizer.json").is_file():
            raise FolderError(f"{where.name} has no tokenizer.json; copy Gemma's beside the model")
        try:
            model = config["model"]
            decoder = model["decoder"]
            ends = model["eos_token_id"]
            graph = _inside(where, decoder["filename"])
            layers, heads = (
                _size(decoder, "num_hidden_layers"),
                _size(decoder, "num_key_value_heads"),
            )
            known: dict[str, Any] = {
                "path": where,
                "context": _size(model, "context_length"),
                "vocabulary": _size(model, "vocab_size"),
                "ends": frozenset(map(int, ends if isinstance(ends, list) else [ends])),
                "kv_bytes": 2 * layers * heads * _size(decoder, "head_size") * FLOAT_BYTES,
            }
            kind = str(model["type"])
        except FolderError:
            raise
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise FolderError(f"{where.name}/genai_config.json lacks {error!s:.80}") from None
        if not kind.startswith("gemma"):
            raise FolderError(
                f"{where.name} holds a model of type {kind:.40}; only Gemma is served"
            )
        if not graph.is_file():
            raise FolderError(f"{where.name} has no {graph.name}; the model builder writes it")
        if not os.path.lexists(where / MANIFEST):
            return cls(**known, digest=_digest(graph))
        stated = _manifest(where)
        if stated["half"]:
            known["kv_bytes"] = known["kv_bytes"] // 2
        return cls(**{**known, **stated})


def _unwatched(what: str, size: int) -> Callable[[int], object]:
    return lambda done: None


def config(shape: Shape, ends: list[int], bos: int = 2, pad: int = 0) -> dict[str, Any]:
    """The `genai_config.json` of a graph of ours."""
    threads = {"intra_op_num_threads": 1} if shape.hidden < 1024 else {}
    return {
        "model": {
            "type": "gemma",
            "bos_token_id": bos,
            "pad_token_id": pad,
            "eos_token_id": ends,
            "vocab_size": shape.vocabulary,
            "context_length": shape.context,
            "decoder": {
                "filename": "model.onnx",
                "head_size": shape.head_size,
                "hidden_size": shape.hidden,
                "num_attention_heads": shape.heads,
                "num_key_value_heads": shape.key_heads,
                "num_hidden_layers": shape.layers,
                "session_options": {
                    "log_id": "onnxruntime-genai",
                    "provider_options": [],
                    **threads,
                },
                "inputs": {
                    "input_ids": "input_ids",
                    "attention_mask": "attention_mask",
                    "past_key_names": "past_key_values.%d.key",
                    "past_value_names": "past_key_values.%d.value",
                },
                "outputs": {
                    "logits": "logits",
                    "present_key_names": "present.%d.key",
                    "present_value_names": "present.%d.value",
                },
            },
        },
        "search": {
            "max_length": shape.context,
            "do_sample": False,
            "past_present_share_buffer": True,
        },
    }


def write_manifest(
    folder: Path,
    slots: tuple[Slot, ...],
    half: bool,
    adapters: Mapping[str, str],
    watch: Watch = _unwatched,
) -> None:
    """Write what `Folder.open` wants to know beyond the runtime's own file."""
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MANIFEST and path.suffix != ".md"
    ]
    manifest = {
        "format": FORMAT,
        "half": half,
        "slots": [[slot.name, slot.inputs, [list(part) for part in slot.parts]] for slot in slots],
        "adapters": dict(adapters),
        "files": {path.name: [path.stat().st_size, _digest(path, watch)] for path in files},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _manifest(where: Path) -> dict[str, Any]:
    manifest = _json(where, MANIFEST)
    try:
        if manifest["format"] != FORMAT:
            raise FolderError(f"{where.name}/{MANIFEST} has another format; prepare it again")
        slots = tuple(
            Slot(str(name), int(inputs), tuple((str(part), int(width)) for part, width in parts))
            for name, inputs, parts in manifest["slots"]
        )
        for name, (size, digest) in manifest["files"].items():
            path = _inside(where, name)
            if not path.is_file() or path.stat().st_size != size:
                raise FolderError(f"{where.name}/{name} is not as it was prepared; prepare again")
            if size <= HASHED_AT_START and _digest(path) != digest:
                raise FolderError(f"{where.name}/{name} was changed since; prepare it again")
        whole = json.dumps(manifest["files"], sort_keys=True).encode()
        return {
            "slots": slots,
            "half": bool(manifest["half"]),
            "adapters": {name: _inside(where, part) for name, part in manifest["adapters"].items()},
            "digest": hashlib.sha256(whole).hexdigest()[:16],
        }
    except FolderError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FolderError(
            f"{where.name}/{MANIFEST} is damaged: {error!s:.80}; prepare again"
        ) from None


def _size(table: Mapping[str, Any], name: str) -> int:
    size = table[name]
    if type(size) is not int or not 0 < size < 2**40:
        raise ValueError(f"a {name} that can be")
    return size


def _inside(where: Path, name: Any) -> Path:
    """Return a file that a folder names; it may be a link, as in a cache of models."""
    parts = Path(str(name)).parts
    if not parts or ".." in parts or Path(str(name)).is_absolute() or "\0" in str(name):
        raise FolderError(f"{where.name} names {str(name)!r:.80}, which does not lie in it")
    return where / str(name)


def _json(where: Path, name: str) -> dict[str, Any]:
    path = where / name
    if not path.is_file():
        # Nor is a pipe or a device one, which would be read without end.
        raise FolderError(
            f"{where.name} has no {name}; make the folder with the GenAI model builder"
        )
    try:
        if path.stat().st_size > DOCUMENT_LIMIT:
            raise FolderError(f"{where.name}/{name} is larger than {DOCUMENT_LIMIT} bytes")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FolderError(f"{where.name}/{name} cannot be read: {error.strerror}") from None
    except FolderError:
        raise
    except (ValueError, RecursionError) as error:
        raise FolderError(f"{where.name}/{name} is not JSON: {error!s:.80}") from None
    if not isinstance(document, dict):
        raise FolderError(f"{where.name}/{name} is not a JSON object")
    return document


def _digest(path: Path, watch: Watch = _unwatched) -> str:
    state = hashlib.sha256()
    with path.open("rb") as file:
        done = watch(f"reading {path.name}", path.stat().st_size)
        while block := file.read(BLOCK):
            state.update(block)
            done(len(block))
    return state.hexdigest()
