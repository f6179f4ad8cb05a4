"""Console blocks of a page: what a reader would type, run in one shell, and what it prints.

A line that begins with `$ ` is a command, one with `> ` goes on with it, the others are what it
prints. `...` stands for anything: a whole run of lines, or the rest of one. `# exits N` behind a
command says that it ends with that code. A command that ends with `&` is a server: what follows
waits until its first line is there. Knows no command of ours.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PORT = "8080"
"""The port that the pages use; another, free one takes its place."""
SECONDS = 120.0
READY = 30.0


@dataclass(slots=True)
class Command:
    """One command of a page."""

    text: str
    exit: int = 0
    prints: list[str] = field(default_factory=list)

    @property
    def serves(self) -> bool:
        """Whether it stays and the next commands talk to it."""
        return self.text.endswith("&")


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a command."""

    exit: int
    output: str


def commands(page: str) -> list[Command]:
    """Return the commands of every console block of a page, in order."""
    found: list[Command] = []
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                text, _, code = line[2:].partition("  # exits ")
                found.append(Command(text, int(code or 0)))
            elif line.startswith("> "):
                found[-1].text += "\n" + line[2:]
            else:
                found[-1].prints.append(line)
    return found


def run(page: str, folder: Path) -> list[tuple[Command, Ran]]:
    """Run a page's commands in a folder, on a free port; stops every server at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    told = commands(page)
    script = folder / "page.sh"
    script.write_text("\n".join(_lines(told)).replace(PORT, port), encoding="utf-8")
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    process = subprocess.Popen(
        ["bash", "-m", str(script)],
        cwd=folder,
        env={**os.environ, "PATH": tools, "COLUMNS": "100", "CI": "true"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(SECONDS)
    finally:
        _stop(process)
    return [(each, _read(folder, place, port)) for place, each in enumerate(told)]


def _lines(told: list[Command]) -> list[str]:
    lines = ["set +e", "trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
    for place, each in enumerate(told):
        if each.serves:
            lines.append(f"{each.text[:-1]} > out.{place} 2>&1 &")
            lines.append(f"for _ in $(seq {READY * 10:.0f}); do")
            lines.append(f"  [ -s out.{place} ] && break; sleep 0.1")
            lines.append("done")
            lines.append(f"echo 0 > exit.{place}")
        else:
            lines.append(f"{{ {each.text}\n}} > out.{place} 2>&1")
            lines.append(f"echo $? > exit.{place}")
        if each.text.startswith("kill %"):
            lines.append("wait")
    return lines


def _read(folder: Path, place: int, port: str) -> Ran:
    code, output = folder / f"exit.{place}", folder / f"out.{place}"
    text = output.read_text("utf-8", "replace") if output.exists() else ""
    return Ran(int(code.read_text()) if code.exists() else -1, text.replace(port, PORT))


def _stop(process: subprocess.Popen[bytes]) -> None:
    # With job control each server is a group of its own; all of them are of one session.
    subprocess.run(["pkill", "-KILL", "-s", str(process.pid)], check=False)
    process.wait(10)


def departs(told: list[str], output: str) -> str:
    """Return the first line of a page that a command did not print, in order; empty if none."""
    rest = output.splitlines()
    loose = True
    for line in told:
        if line == "...":
            loose = True
            continue
        pattern = re.compile(".*".join(map(re.escape, line.split("..."))))
        places = [place for place, one in enumerate(rest) if pattern.match(one)]
        if not places or (not loose and places[0] != 0):
            return line
        rest = rest[places[0] + 1 :]
        loose = False
    return ""
