"""Write tests/openapi/ids.lock from the contract; ids are permanent, so none may be dropped."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from openapi import CHAPTERS, Contract, contract  # noqa: E402

LOCK = ROOT / "tests" / "openapi" / "ids.lock"


def lines(subject: Contract) -> dict[str, str]:
    """Return each id with what the lock says of it: a digest of its sentence, and if excluded."""
    ordered = sorted(subject.requirements, key=lambda each: (CHAPTERS.index(each.chapter), each.id))
    return {
        each.id: hashlib.sha256(each.text.encode()).hexdigest()[:12]
        + (" excluded" if each.excluded else "")
        for each in ordered
    }


def read(text: str) -> dict[str, str]:
    """Return the lock as `lines` returns the contract."""
    pairs = (line.partition(" ") for line in text.splitlines() if line and line[0] != "#")
    return {identity: said for identity, _, said in pairs}


def main() -> int:
    """Rewrite the lock; 1 when an id that was ever locked is gone from the contract."""
    now = lines(contract())
    before = read(LOCK.read_text(encoding="utf-8")) if LOCK.exists() else {}
    gone = [identity for identity in before if identity not in now]
    if gone:
        print(f"gone from the contract: {', '.join(gone)}; mark an id `excluded:`, never drop it")
        return 1
    heading = "# Every requirement id ever published, a digest of its sentence, and if excluded."
    body = [f"{identity} {said}" for identity, said in now.items()]
    LOCK.write_text("\n".join([heading, *body]) + "\n", encoding="utf-8")
    changed = [identity for identity, said in before.items() if now[identity] != said]
    print(f"{len(now)} ids, {len(now) - len(before)} of them new")
    for identity in changed:
        print(f"changed: {identity}: is it still the same promise?")
    return 0


if __name__ == "__main__":
    sys.exit(main())
