"""Account: who answers the operations of `account.yaml`. A file here answers some of them.

Each has `answers(facts) -> Mapping[operation id, handler]`; nothing else lists them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from mock_server.surface import Handler
from openapi import AccountFacts, Contract


def handlers(document: Contract) -> Mapping[str, Handler]:
    """Return who answers what, by operation id, from every file of this folder."""
    facts = AccountFacts.parse(document.document["x-account"])
    found: dict[str, Handler] = {}
    for module in pkgutil.iter_modules(__path__):
        answers = getattr(importlib.import_module(f"{__name__}.{module.name}"), "answers", None)
        if answers is not None:
            found |= answers(facts)
    return found
