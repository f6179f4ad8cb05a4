"""Every format of a long run: processor seconds, memory and the size of the page.

Run as `python -m bench.reports [CASES]`: fuzzes the bundled mock once, keeps the evidence, and has
`gonogo render` make all formats of it in a process of its own. Linux: memory is the peak resident.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from conformance.reports import formats

CASES = 4600
ROOM = ("--max-requests", "50000", "--max-tokens", "90000000", "--max-usd", "90")


def main() -> None:
    """Measure and print."""
    cases = sys.argv[1] if len(sys.argv) > 1 else str(CASES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "conformance"]
        told = ("--evidence", str(folder / "evidence"), "--report", f"json={folder / 'run.json'}")
        subprocess.run(
            [*command, "check", "--fuzz", cases, *ROOM, *told], check=True, capture_output=True
        )
        sent = json.loads((folder / "run.json").read_text("utf-8"))["run"]["spent"]["requests"]
        asked = [f"--report={each}={folder / each}" for each in formats()]
        rendering = subprocess.Popen([*command, "render", str(folder / "run.json"), *asked])
        _, status, used = os.wait4(rendering.pid, 0)
        rendering.returncode = os.waitstatus_to_exitcode(status)
        page = (folder / "html").stat().st_size
    print(
        f"{len(formats())} formats of {sent} exchanges: exit {rendering.returncode}, "
        f"{used.ru_utime + used.ru_stime:.1f} s of processor, "
        f"{used.ru_maxrss / 1024:.0f} MiB, page {page / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
