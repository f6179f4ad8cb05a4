"""Several things wrong at once: which one decides. The order is the contract's."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.errors.forging import relabelled
from conformance.probe import Probe, Transcript
from conformance.probes.errors import OVER_LIMIT_PAIRS, PAIRS, WITHOUT_CREDIT_PAIRS
from conformance.verdict import Finding, Inconclusive


def _first(identity: str, on: Probe, label: str, wins: int, loses: int, words: str) -> None:
    """Declare the judge of one pair: both are wrong, and the status says which was seen first."""

    def judge(transcript: Transcript) -> Statements:
        reading = transcript[label]
        if reading.status is None:
            raise Inconclusive(f"{reading.id}: {reading.exchange.ending.value}")
        if reading.status == 429 != wins:
            raise Inconclusive(f"{reading.id}: answered 429 after every try")
        if reading.status != wins:
            shown = f"{reading.status}: {reading.error.text[:80]}"
            yield Finding(reading.at_status(), f"{wins}, not {loses}", shown, reading.id)

    judge.__doc__ = words
    forgery = relabelled(label, lambda exchange: forge.with_status(exchange, loses))
    forgery.__doc__ = f"The status is {loses}."
    judges(identity, on=on, forgery=forgery)(judge)


_first(
    "errors.order-media-body",
    PAIRS,
    "media-body",
    415,
    400,
    "A wrong media type decides before a body that is not JSON.",
)
_first(
    "errors.order-body-model",
    PAIRS,
    "body-model",
    400,
    404,
    "A field out of range decides before an unknown model.",
)
_first(
    "errors.order-model-window",
    PAIRS,
    "model-window",
    404,
    400,
    "An unknown model decides before a prompt that does not fit.",
)
_first(
    "errors.order-path-key", PAIRS, "path-key", 404, 401, "An unknown path decides before the key."
)
_first("errors.order-method-key", PAIRS, "method-key", 405, 401, "A method decides before the key.")
_first(
    "errors.order-quota-body",
    OVER_LIMIT_PAIRS,
    "quota-body",
    429,
    400,
    "The rate decides before a body that is not JSON.",
)
_first(
    "errors.order-body-wallet",
    WITHOUT_CREDIT_PAIRS,
    "body-wallet",
    400,
    402,
    "A field out of range decides before the wallet.",
)
_first(
    "errors.order-model-wallet",
    WITHOUT_CREDIT_PAIRS,
    "model-wallet",
    404,
    402,
    "An unknown model decides before the wallet.",
)
_first(
    "errors.order-window-wallet",
    WITHOUT_CREDIT_PAIRS,
    "window-wallet",
    400,
    402,
    "A prompt that does not fit decides before the wallet.",
)
