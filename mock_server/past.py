"""Past: the last conversations that were answered, so that they can be asked again. Knows no edge.

They are kept by each process for itself, and forgotten first where they are many or long.
"""

from __future__ import annotations

from collections import OrderedDict

from mock_server.call import Call
from mock_server.completion import Prompt
from mock_server.frozen import frozen

MOST = 512
MOST_BYTES = 4 * 1024 * 1024
"""Of request bodies, together."""


@frozen
class Asked:
    """A conversation that was answered."""

    account: str
    prompt: Prompt
    nanoseconds: int
    """How long the answer took."""
    size: int
    """Bytes of the request's body."""


class Past:
    """The last conversations, by request id."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, Asked] = OrderedDict()
        self._bytes = 0

    def note(self, call: Call, ended: int) -> None:
        """Keep a call that was answered by an engine and ended at `ended` (nanoseconds)."""
        if call.prompt is None or call.parts or call.caller is None or call.status != 200:
            return
        old = self._asked.pop(call.id, None)
        size = len(call.raw)
        self._asked[call.id] = Asked(
            call.caller.account, call.prompt, ended - call.incoming.now, size
        )
        self._bytes += size - (old.size if old is not None else 0)
        while len(self._asked) > MOST or self._bytes > MOST_BYTES:
            _, oldest = self._asked.popitem(last=False)
            self._bytes -= oldest.size

    def find(self, request: str, account: str) -> Asked | None:
        """Return a conversation of an account, or None."""
        found = self._asked.get(request)
        return found if found is not None and found.account == account else None
