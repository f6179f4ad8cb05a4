"""Mutate the pure cores of both towers; say which mutants their tests let live.

`--write` writes docs/mutation.md, `--only PART` takes the modules whose path holds PART. Whatever
survives is explained in `survivors.yaml`, or is a test that is missing: then the run exits with 1,
as it does where an explanation is left whose mutant is killed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.mutation.killing import ROOT, Stand
from bench.mutation.mutants import Mutant, mutants

CORES: dict[str, tuple[str, ...]] = {
    "conformance/sse.py": ("tests/conformance/test_sse.py",),
    "conformance/utf8.py": ("tests/conformance/test_sse.py",),
    "conformance/stream.py": ("tests/conformance/test_stream.py",),
    "conformance/choice.py": ("tests/conformance/test_stream.py",),
    "conformance/usage_view.py": ("tests/conformance/test_usage_view.py",),
    "conformance/chapters/usage/counts.py": (
        "tests/conformance/chapters/test_usage.py",
        "tests/conformance/chapters/test_usage_counts.py",
    ),
    "conformance/verdict.py": ("tests/conformance/test_verdict.py",),
    "conformance/judging.py": ("tests/conformance/test_judging.py",),
    "conformance/outcome.py": ("tests/conformance/test_outcome.py",),
    "mock_server/quota.py": ("tests/mock_server/test_quota.py",),
    "mock_server/ledger.py": ("tests/mock_server/test_ledger.py",),
    "mock_server/stops.py": ("tests/mock_server/test_stops.py",),
}
"""The cores, each with the tests that are to kill its mutants."""
EXPLAINED = Path(__file__).parent / "survivors.yaml"
DOCUMENT = ROOT / "docs" / "mutation.md"
Key = tuple[str, str, str, str]
"""A survivor: module, class and function, the line before and after."""
INTRODUCTION = """# Mutation

Do our own tests say no? The pure cores of both towers are changed in one small way at a time by
cosmic-ray (operators replaced, comparisons moved by one and negated, conditions negated, loops
emptied, numbers moved by one, constants turned over, decorators removed), and the tests of each
are run. Written by `make mutation`, which fails where a survivor is not explained.

Not counted are changes of type annotations, of the flags of data classes, of whether an argument
is given by name, and changes that mean what another one means already. Not tried are lost
statements and changed texts. A mutant whose module cannot be imported, or whose tests do not end,
is killed. Hypothesis draws the same examples for each.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the mutants of one module."""

    module: str
    made: int
    survivors: tuple[Mutant, ...]


def attempt(stand: Stand, module: str, tests: Sequence[str]) -> Result:
    """Let a module's tests meet each of its mutants."""
    code = (ROOT / module).read_text("utf-8")
    if not stand.passes(module, code, tests, compiles=True):
        raise SystemExit(f"the tests of {module} fail without a change; run pytest {tests[0]}")
    made = list(mutants(code))
    left = [one for one in made if stand.passes(module, one.code, tests, compiles=False)]
    stand.restore(module)
    return Result(module, len(made), tuple(left))


def explained() -> dict[Key, str]:
    """Return why each known survivor is none to worry about."""
    kept = yaml.safe_load(EXPLAINED.read_text("utf-8")) or []
    return {
        (one["module"], one["in"], one["before"], after): one["why"]
        for one in kept
        for after in one["after"]
    }


def keys(result: Result) -> list[Key]:
    """Return the key of each survivor, in order."""
    return [(result.module, one.place, one.before, one.after) for one in result.survivors]


def page(results: Sequence[Result], why: dict[Key, str]) -> str:
    """Return the page: figures, and each survivor with its reason."""
    made = sum(one.made for one in results)
    left = sum(len(one.survivors) for one in results)
    lines = [
        INTRODUCTION,
        f"**{made - left} of {made} mutants were killed: {(made - left) / made:.1%}.**",
        "",
        "| module | mutants | killed | survived |",
        "|---|---|---|---|",
    ]
    for one in results:
        killed = one.made - len(one.survivors)
        lines.append(f"| `{one.module}` | {one.made} | {killed} | {len(one.survivors)} |")
    lines += ["", "## Survivors", ""]
    for one in results:
        for key in keys(one):
            module, place, before, after = key
            lines.append(
                f"- `{module}`, {f'`{place}`' if place else 'at the top'}: "
                f"`{before}` → {f'`{after}`' if after else 'nothing'}. "
                f"{why.get(key, 'Not explained.')}"
            )
    return "\n".join(lines) + "\n"


def judge(results: Sequence[Result], why: dict[Key, str]) -> int:
    """Print what is not in order; return how much that is."""
    seen = {key for one in results for key in keys(one)}
    strange = [key for key in seen if key not in why]
    modules = {one.module for one in results}
    stale = [key for key in why if key[0] in modules and key not in seen]
    for key in stale:
        print(f"explained, but killed or gone: {key}; take it out of {EXPLAINED.name}")
    return len(strange) + len(stale)


def main() -> int:
    """Run and report; 1 where a survivor is not explained, or an explanation is stale."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__)
    parser.add_argument("--only", default="", metavar="PART")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.only and given.write:
        parser.error("the page is of all modules: --write goes without --only")
    why, results = explained(), []
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder) / "copy")
        for module, tests in CORES.items():
            if given.only not in module:
                continue
            result = attempt(stand, module, tests)
            results.append(result)
            print(f"{module}: {result.made - len(result.survivors)} of {result.made}", flush=True)
            for one, key in zip(result.survivors, keys(result), strict=True):
                if key not in why:
                    print(f"  {one.line} {one.place} {one.operator}")
                    print(f"    - {one.before}\n    + {one.after}", flush=True)
    if given.write:
        DOCUMENT.write_text(page(results, why), "utf-8")
    return 1 if judge(results, why) else 0


if __name__ == "__main__":
    raise SystemExit(main())
