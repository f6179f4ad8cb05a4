"""Errand: a wish that is granted outside the shared state, since it waits, computes or goes out.

Knows no errand: each runs itself, with what the edge hands it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mock_server.edge import Edge


class Errand(ABC):
    """Something to be done for a call before it goes on."""

    @abstractmethod
    async def run(self, edge: Edge) -> Any:
        """Do it; what is returned is what the wish is granted with."""
