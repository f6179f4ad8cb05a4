"""Makes a servable folder of what the GenAI model builder wrote: whole, or not at all.

Knows folders and files; opens no model. Weights are linked, not copied, where the disk can.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import onnx

from mock_server.gemma.adapter import AdapterError, convert, read
from mock_server.gemma.fit import require_fit
from mock_server.gemma.folder import MANIFEST, Folder, FolderError, Watch, write_manifest
from mock_server.gemma.inject import GraphError, Heads, find, inject, is_half, is_open, outside
from mock_server.tokens import TokenizerError, Tokens

BLOCK = 8 * 2**20
ADAPTERS = "adapters"
LEFT_OUT = {MANIFEST, "tokenizer.json"}
OWN = {".onnx", ".json", ".jinja"}
"""The graph is rewritten and settings are edited in place, so they must be files of their own."""


class PrepareError(ValueError):
    """A folder that cannot be prepared, and why, in one sentence."""


def prepare(
    source: Path,
    destination: Path,
    *,
    adapters: Mapping[str, Path],
    baked: Path | None = None,
    tokenizer: Path | None = None,
    watch: Watch,
) -> Folder:
    """Write a folder that can be served, and return it.

    `baked` is an adapter made part of the graph, for DirectML. Raises PrepareError; then the
    destination does not exist.
    """
    if destination.exists():
        raise PrepareError(f"{destination.name} exists already; name a folder that does not")
    if baked is not None and adapters:
        raise PrepareError("a baked folder takes no other adapters; leave --adapter or --baked out")
    if not source.is_dir():
        raise PrepareError(f"there is no folder {source.name}")
    if not (source / "genai_config.json").is_file():
        raise PrepareError(
            f"{source.name} has no genai_config.json; make it first, with: "
            "python -m onnxruntime_genai.models.builder -i WEIGHTS -o FOLDER -p int4 -e cpu"
        )
    home = destination.absolute().parent
    home.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{destination.name}-", dir=home))
    try:
        made.chmod(0o755)
        tokens = _fill(source, made, tokenizer, watch)
        require_fit(Folder.open(made), tokens)
        # Last, since they may have to be copied: gigabytes.
        _bring(source, made, watch, own=False)
        _open_graph(made, adapters, baked, watch)
        made.rename(destination)
        return Folder.open(destination)
    except (FolderError, AdapterError, GraphError) as error:
        raise PrepareError(str(error).replace(made.name, source.name)) from None
    except OSError as error:
        raise PrepareError(f"{destination.name} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(source: Path, made: Path, tokenizer: Path | None, watch: Watch) -> Tokens:
    """Bring all but the weights over, and return the tokenizer: the user's own if one is named."""
    chosen = tokenizer or source / "tokenizer.json"
    if not chosen.is_file():
        raise PrepareError(f"{source.name} has no tokenizer.json; name Gemma's with --tokenizer")
    try:
        tokens = Tokens.load(chosen)
    except TokenizerError as error:
        raise PrepareError(str(error)) from None
    shutil.copyfile(chosen, made / "tokenizer.json")
    _bring(source, made, watch, own=True)
    return tokens


def _bring(source: Path, made: Path, watch: Watch, *, own: bool) -> None:
    """Copy the files that must be the folder's own, or link the others if the disk can."""
    for path in sorted(source.iterdir()):
        if path.is_file() and path.name not in LEFT_OUT and (path.suffix in OWN) is own:
            place = made / path.name
            if not own:
                with contextlib.suppress(OSError):
                    place.hardlink_to(path.resolve())
                    continue
            _copy(path, place, watch)


def _copy(path: Path, place: Path, watch: Watch) -> None:
    with path.open("rb") as old, place.open("xb") as new:
        done = watch(f"copying {path.name}", path.stat().st_size)
        while block := old.read(BLOCK):
            new.write(block)
            done(len(block))


def _open_graph(made: Path, adapters: Mapping[str, Path], baked: Path | None, watch: Watch) -> None:
    """Give the graph its slots, convert the adapters, and write the manifest."""
    document = json.loads((made / "genai_config.json").read_text(encoding="utf-8"))
    decoder = document["model"]["decoder"]
    path = made / decoder["filename"]
    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception:
        raise GraphError(f"{path.name} is not an ONNX graph") from None
    if is_open(model):
        raise GraphError(f"{path.name} takes adapters already; serve the folder as it is")
    for name, size in outside(model).items():
        beside = made / name
        if name != Path(name).name or not beside.is_file() or beside.stat().st_size < size:
            raise GraphError(f"{path.name} needs {size} bytes of {name}, which are not beside it")
    keys = ("num_attention_heads", "num_key_value_heads", "head_size")
    try:
        heads = Heads(*(int(decoder[key]) for key in keys))
    except (KeyError, TypeError, ValueError) as error:
        raise GraphError(f"{made.name}/genai_config.json lacks {error}") from None
    slots = find(model, heads)
    half = is_half(model)
    order = tuple(slots.values())
    if baked is not None:
        place = made / "baked.onnx_adapter"
        convert(baked, order, half, place)
        inject(model, slots, read(place))
        place.unlink()
        order = ()
    else:
        inject(model, slots)
    onnx.save(model, str(path))
    (made / ADAPTERS).mkdir()
    for name, source in adapters.items():
        convert(source, order, half, made / ADAPTERS / f"{name}.onnx_adapter")
    places = {name: f"{ADAPTERS}/{name}.onnx_adapter" for name in adapters}
    write_manifest(made, order, half, places, watch)
