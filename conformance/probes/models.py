"""Conversations about the catalogue: the list, one model of it, and names that nobody serves."""

from __future__ import annotations

from urllib.parse import quote

from conformance.capability import ABSENT, Found, capability, classify
from conformance.listing import model_ids
from conformance.probe import Probe, Script, Transcript, ask, recall, together
from conformance.reading import Reading
from conformance.scene import Scene

ASK = "Say ok."
LIST = "models"
"""Label of the list, which every run begins with."""
NOBODY = "no-such-model-anywhere"
FILTERS = {
    "modality-ours": "modality=text",
    "modality-other": "modality=image",
    "provider-ours": "provider=google",
    "provider-other": "provider=nobody-at-all",
}


def _catalogue(scene: Scene) -> Script:
    model = scene.setting.model
    yield from recall("baseline/models")
    yield from ask(scene.get("list-again", "/models"))
    escaped, raw = quote(model, safe=""), quote(model, safe="/:")
    yield from ask(scene.get("detail", f"/models/{escaped}"))
    if raw != escaped:
        yield from ask(scene.get("detail-raw", f"/models/{raw}"))
    yield from ask(scene.get("detail-unknown", f"/models/{NOBODY}"))
    if scene.setting.scope == "gateway":
        yield from together(
            scene.get(label, f"/models?{query}") for label, query in FILTERS.items()
        )


CATALOGUE = Probe("models", _catalogue)


def described(transcript: Transcript) -> Reading:
    """Return the detail in whichever spelling of its path was answered with a model."""
    for label in ("detail", "detail-raw"):
        reading = transcript.get(label)
        if reading is not None and reading.ok and isinstance(reading.json.at("id"), str):
            return reading
    return transcript["detail"]


@capability("model-detail", on=CATALOGUE)
def model_detail(transcript: Transcript) -> Found:
    """`GET /models/{model}` is answered with a model."""
    reading = described(transcript)
    if reading.status in (404, 405, 501):
        return Found(ABSENT, f"status {reading.status}", reading.exchange.id)
    return classify(reading, isinstance(reading.json.at("id"), str), "GET /models/{model}")


@capability("model-filters", on=CATALOGUE)
def model_filters(transcript: Transcript) -> Found:
    """A filter of the list leaves something out."""
    reading = transcript.get("provider-other")
    if reading is None:
        return Found(ABSENT, "this gateway's own promise")
    fewer = len(model_ids(reading)) < len(model_ids(transcript[LIST]))
    return classify(reading, fewer, "GET /models?provider=")


def _unknown(scene: Scene) -> Script:
    model = scene.setting.model
    names = {"unknown": NOBODY, "longer": f"{model}x", "shorter": model[:-1] or NOBODY}
    yield from recall("baseline/plain")
    yield from together(
        scene.chat(label, ASK, model=name, max_tokens=2) for label, name in names.items()
    )
    if scene.has("streaming"):
        yield from ask(scene.chat("unknown-streamed", ASK, model=NOBODY, max_tokens=2, stream=True))


UNKNOWN = Probe("models-unknown", _unknown, needs=("chat",))
