"""Let clients that people use ask the mock.

Run as `python -m bench.clients PYTHON [--only NAME] [--write]`. PYTHON is the interpreter of an
environment in which `bench/clients/requirements.txt` is installed; `make clients` makes one.
Exit 1 when a test fails. `--write` writes docs/clients.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.clients.meeting import CLIENTS, meet
from bench.clients.page import document

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"


def main() -> int:
    """Run, print, and write the page where asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.clients")
    parser.add_argument("python", type=Path)
    parser.add_argument("--only", choices=[each.package for each in CLIENTS])
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    met = []
    for client in CLIENTS:
        if told.only in (None, client.package):
            met.append(meet(told.python.absolute(), client))
            print(f"{client.package} {met[-1].version}: {len(met[-1].results)} tests")
            for name, wrong in met[-1].results.items():
                if wrong:
                    print(f"  FAILED {name}: {wrong}")
    if told.write and told.only is None:
        PAGE.write_text(document(met), encoding="utf-8")
    return 1 if any(each.failed for each in met) else 0


if __name__ == "__main__":
    sys.exit(main())
