"""Documents: which of them a mock serves, and who answers. Serves nothing itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from mock_server.gateway import Gateway
from mock_server.settings import Settings, SettingsError
from mock_server.surface import Surface
from mock_server.surface.securing import Door
from mock_server.tokens import Tokens
from mock_server.validation import Validation
from openapi import Contract, ContractError, account, contract

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Documents:
    """What is served."""

    settings: Settings
    """With the facts of the model that the documents name."""
    contract: Contract
    """Its operations are the gateway's own."""
    described: Contract | None = None
    """A document of the user's own, answered from its descriptions."""
    chat: Callable[[Validation], Validation] | None = None
    """Puts that document's schema of chat in front of the contract's."""
    door: Door | None = None
    """What opens chat there."""

    def surface(self, tokens: Callable[[], Tokens]) -> Surface:
        """Return what is served beside the contract."""
        # What few requests need is imported and read by the first of them.
        from mock_server.account import handlers

        limit = self.settings.model.body_limit
        if self.described is None:
            return Surface(account(), handlers(account()), tokens, limit)
        return Surface(self.described, {}, tokens, limit)

    def settle(self, gateway: Gateway) -> None:
        """Let a document of the user's own be served; raises SettingsError if none of it can be."""
        if self.chat is not None:
            gateway.validation = self.chat(gateway.validation)
        gateway.door = self.door
        if self.described is None:
            return
        try:
            for sentence in gateway.surface.compile():
                _log.warning("%s", sentence)
        except ContractError as error:
            raise SettingsError(str(error)) from None


def documents(settings: Settings) -> Documents:
    """Return what a mock serves; raises SettingsError, in a sentence, for a bad document."""
    if settings.spec is None:
        return Documents(settings, contract())
    from mock_server.surface.foreign import foreign

    try:
        served = foreign(settings.spec, settings.model)
    except ContractError as error:
        raise SettingsError(str(error)) from None
    settings = replace(settings, model=served.model)
    return Documents(settings, served.contract, served.document, served.chat, served.door)
