"""Content in parts: every part is read, in order, and what cannot be read is not dropped."""

from __future__ import annotations

from conformance import forge
from conformance.answering import CONTROL, decided
from conformance.catalogue import Statements, judges
from conformance.chapters.request.roles import folded, same, unchanged
from conformance.probe import Transcript
from conformance.probes.request_content import CHANGED_PARTS, CONTENT, IMAGE
from conformance.probes.request_marks import MARKED, PATTERNS
from conformance.settling import differing
from conformance.verdict import Finding, NotApplicable


@judges("request.parts-as-text", on=CONTENT, forgery=same("parts", "parts-other-last"))
def parts_as_text(transcript: Transcript) -> Statements:
    """The greedy answer to a text in one part, or else in several, is that to the text."""
    label = "part" if transcript.get("part") is not None else "parts"
    yield from differing(transcript, [(label, CONTROL)])


judges("request.parts-joined", on=CONTENT, forgery=same("parts", "parts-other-last"))(
    folded(("parts", CONTROL))
)


@judges("request.parts-all-read", on=CONTENT, forgery=same("parts-other-first", "parts"))
def parts_all_read(transcript: Transcript) -> Statements:
    """The answer depends on each text part."""
    whole = transcript.answered("parts")
    others = [transcript.answered(case.label) for case in CHANGED_PARTS]
    if len({whole.text_of(), *(other.text_of() for other in others)}) == 1:
        raise NotApplicable("the answers do not depend on the question")
    for other in others:
        if other.text_of() == whole.text_of():
            yield unchanged(other, whole)


def image_dropped(transcript: Transcript) -> Transcript:
    """The request with an image is answered as if there were none."""
    control = transcript[CONTROL].exchange
    exchange = forge.with_status(transcript[IMAGE.label].exchange, 200)
    return transcript.replacing(forge.with_body(exchange, control.body))


@judges("request.image-not-ignored", on=CONTENT, forgery=image_dropped)
def image_not_ignored(transcript: Transcript) -> Statements:
    """An image changes the answer or the count of tokens, or is refused."""
    reading = decided(transcript, IMAGE.label)
    if not reading.ok:
        return
    plain = transcript.answered(CONTROL)
    counts = [each.usage.prompt if each.usage else None for each in (plain, reading)]
    if counts[0] == counts[1] and plain.text_of() == reading.text_of():
        yield Finding(
            reading.at_status(),
            "a 4xx, or an answer that has seen the image",
            "the text and the prompt_tokens of the request without it",
            reading.id,
        )


def eaten(transcript: Transcript) -> Transcript:
    """Marks are taken out of the prompt before it is read."""
    forged = transcript
    for place in range(len(PATTERNS)):
        body = transcript[f"none-{place}"].exchange.body
        forged = forged.replacing(
            forge.with_body(transcript[f"marks-{place}"].exchange, body),
        )
    return forged


@judges("request.marks-are-text", on=MARKED, forgery=eaten)
def marks_are_text(transcript: Transcript) -> Statements:
    """Marks cost about what like words cost, and do not leave the answer as it is without them."""
    same = []
    for place in range(len(PATTERNS)):
        marks, decoys, none = (
            transcript.answered(f"{name}-{place}") for name in ("marks", "decoys", "none")
        )
        counts = [each.usage.prompt if each.usage else None for each in (marks, decoys, none)]
        seen, wanted, bare = (count or 0 for count in counts)
        if None not in counts and 2 * (seen - bare) < wanted - bare:
            yield Finding(
                marks.at_pointer("/usage/prompt_tokens"),
                f"about {wanted}, as with words of that length in the place of the marks",
                f"{seen}, where the text without them has {bare}",
                marks.id,
            )
        same.append(marks.text_of() == none.text_of() != decoys.text_of())
    if all(same) and transcript.setting.capabilities.get("deterministic") == "effective":
        yield Finding(
            f"{marks.id}, text",
            "another answer than to the text without marks",
            f"the same: {marks.text_of()[:60]!r}",
            marks.id,
        )
