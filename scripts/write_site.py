"""Write the pages of the documentation site: `python -m scripts.write_site FOLDER`.

What stands in docs/ is copied; the requirement reference, the drawings and the pages that live
elsewhere in the tree are made anew each time, so that none of them can grow old.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from scripts.site_drawings import floors
from scripts.site_requirements import index_page, pages

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
ELSEWHERE = {
    "SECURITY.md": ROOT / "SECURITY.md",
    "architecture.md": ROOT / "ARCHITECTURE.md",
    "contributing.md": ROOT / "CONTRIBUTING.md",
    "deviations.md": ROOT / "openapi" / "SOURCES.md",
    "index.md": ROOT / "README.md",
}
"""Page of the site → the file it is a copy of."""
GENERATED = {"requirements.md"}
"""Pages of docs/ in whose place the site has a whole folder."""
TOWERS = {"conformance": "The floors of the suite", "mock_server": "The floors of the mock"}
API = """\
# From Python

Two doors are public: the whole suite as one function, and the mock as a pytest fixture.

::: conformance.check

::: conformance.Target

::: conformance.report.Report

The fixture `gonogo_mock` (see [the mock](mock.md#in-pytest)) is one of these:

::: mock_server.testing.Mock

::: mock_server.testing.Wallet

::: mock_server.testing.CardRead
"""


def write(folder: Path) -> None:
    """Write every page below a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns(*GENERATED))
    shutil.copytree(ROOT / "examples", folder / "examples")
    for page in folder.glob("*.md"):
        page.write_text(page.read_text("utf-8").replace("](../", "]("), encoding="utf-8")
    for name, source in ELSEWHERE.items():
        (folder / name).write_text(_moved(source.read_text("utf-8")), encoding="utf-8")
    drawings = folder / "drawings"
    drawings.mkdir(exist_ok=True)
    told = ["", "## The floors, drawn", ""]
    for tower, title in TOWERS.items():
        (drawings / f"{tower}.svg").write_text(floors(ROOT, tower), encoding="utf-8")
        told += [f"### {title}", "", f"![{title}](drawings/{tower}.svg)", ""]
    with (folder / "architecture.md").open("a", encoding="utf-8") as page:
        page.write("\n".join(told))
    (folder / "api.md").write_text(API, encoding="utf-8")
    reference = folder / "requirements"
    reference.mkdir()
    (reference / "index.md").write_text(index_page(), encoding="utf-8")
    for name, text in pages():
        path = reference / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _moved(text: str) -> str:
    """Point the links of a page of the root at where the site has their targets."""
    names = {source.name: name for name, source in ELSEWHERE.items()}
    for old, new in names.items():
        text = text.replace(f"]({old})", f"]({new})")
    text = text.replace("](docs/requirements.md)", "](requirements/index.md)")
    return re.sub(r"\]\(docs/", "](", text)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
