"""Whether a model folder can stand behind the contract: its window, and its own tokenizer.

Knows folders and tokenizers; opens no model.
"""

from __future__ import annotations

from mock_server.gemma.folder import Folder, FolderError
from mock_server.tokens import Tokens
from openapi import contract


def require_fit(folder: Folder, tokens: Tokens) -> None:
    """Raise FolderError for a model that the contract or its own tokenizer asks too much of."""
    facts = contract().model
    if facts is not None and folder.context < facts.context_window:
        raise FolderError(
            f"{folder.path.name} has a context of {folder.context} tokens; the contract promises "
            f"{facts.context_window}, so take a model with at least as many"
        )
    if tokens.highest >= folder.vocabulary:
        raise FolderError(
            f"{folder.path.name}/tokenizer.json has ids up to {tokens.highest}; the model knows "
            f"{folder.vocabulary} ids, so take the tokenizer that it was trained with"
        )
