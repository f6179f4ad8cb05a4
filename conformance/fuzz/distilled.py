"""Distilled: what a written test calls: send one request, and say what it breaks. Keeps nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

from conformance.catalogue import catalogue
from conformance.exchange import Request, Setting, Wire
from conformance.fuzz import FUZZ
from conformance.fuzz.harvest import Harvest
from conformance.fuzz.kin import Family
from conformance.reading import Reading
from conformance.redaction import Secrets
from conformance.wire import Edge, Settings
from openapi import contract


def findings(
    requirement: str,
    body: bytes,
    *,
    url: str,
    key: str | None = None,
    scope: str = "gateway",
    headers: Sequence[tuple[str, str]] = (("Content-Type", "application/json"),),
) -> list[str]:
    """Return one line for each way in which the answer breaks a requirement; none when it keeps it.

    `url` is the base URL, such as `http://127.0.0.1:8080/v1`.
    """
    return asyncio.run(_findings(requirement, body, url, key, scope, tuple(headers)))


async def _findings(
    requirement: str,
    body: bytes,
    url: str,
    key: str | None,
    scope: str,
    headers: tuple[tuple[str, str], ...],
) -> list[str]:
    law = contract()
    needs = law.requirement(requirement).when
    setting = Setting(
        model=_model(body),
        scope=scope,
        context_window=law.model.context_window if law.model else None,
        capabilities=dict.fromkeys(needs, "effective"),
    )
    request = Request(
        "case-000000",
        "POST",
        "/chat/completions",
        headers,
        body,
        authorization="Bearer {valid}" if key else None,
        wire=Wire.SOCKET if b'"stream":true' in body.replace(b" ", b"") else Wire.POOL,
    )
    async with Edge(Settings(url), Secrets({"valid": key} if key else {})) as edge:
        exchange = replace(await edge.perform(request), probe=FUZZ)
    harvest = Harvest(setting, law, catalogue(law), frozenset({requirement}))
    keyed = replace(exchange, request=replace(request, authorization="Bearer {valid}"))
    harvest.take(Family(None, [Reading(keyed, setting)]))
    return [
        f"{cause.finding.where}: expected {cause.finding.expected}, got {cause.finding.actual}"
        for cause in harvest.causes.values()
    ]


def _model(body: bytes) -> str:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    model = fields.get("model") if isinstance(fields, dict) else None
    return model if isinstance(model, str) else ""
