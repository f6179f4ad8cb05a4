"""Plots: measurements as inline SVG that takes the colours of the page. Draws, never judges.

The only file that imports matplotlib; without it the page simply has no plots.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from conformance.page import trusted
from conformance.showing import one_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "{http://www.w3.org/2000/svg}"
_INK = "#010203"
"""Drawn in this, shown in the colour of the text around."""
_SERIES = ("#4c7fb0", "#c2703d", "#5a9367", "#8a6fb3")
MOST_POINTS = 600


def plots(measurements: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return title, note and inline SVG of each measurement that holds points."""
    drawn = {
        name: each
        for name, each in measurements.items()
        if any(series["points"] for series in each["series"])
    }
    try:
        import matplotlib.figure
    except ImportError:
        return []
    if not drawn:
        return []
    with matplotlib.rc_context(
        {"svg.hashsalt": "gonogo", "svg.fonttype": "none", "text.parse_math": False}
    ):
        return [
            {
                "title": one_line(each["title"], 160),
                "note": one_line(each.get("note", ""), 300),
                "svg": trusted(_svg(_figure(matplotlib.figure.Figure, each), name)),
            }
            for name, each in drawn.items()
        ]


def _figure(kind: type[Figure], measurement: Mapping[str, Any]) -> Figure:
    figure = kind(figsize=(5.6, 2.9), layout="constrained")
    axes = figure.add_subplot()
    for index, series in enumerate(measurement["series"][: len(_SERIES)]):
        points = thinned(series["points"])
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            color=_SERIES[index],
            label=one_line(series["name"], 40),
            linestyle="-" if series.get("line") else "none",
            marker="o",
            markersize=2.6 if len(points) > 40 else 4.5,
            linewidth=1.2,
            drawstyle="steps-post" if series.get("steps") else "default",
        )
    axes.set_xlabel(one_line(measurement["x"], 60))
    axes.set_ylabel(one_line(measurement["y"], 60))
    axes.grid(visible=True, color=_INK, alpha=0.12, linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    for spine in axes.spines.values():
        spine.set_color(_INK)
    axes.tick_params(colors=_INK, labelsize=8)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(_INK)
        label.set_fontsize(9)
    if len(measurement["series"]) > 1:
        axes.legend(frameon=False, fontsize=8, labelcolor=_INK)
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    return figure


def thinned(points: list[list[float]]) -> list[list[float]]:
    """Return at most so many points, evenly taken, the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(index * step)] for index in range(MOST_POINTS)]


def _svg(figure: Figure, name: str) -> str:
    target = io.StringIO()
    with warnings.catch_warnings():
        # A label may be in any script, or of a stranger: what has no glyph is an empty box.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(target.getvalue())  # noqa: S314
    return plain(root, re.sub(r"[^a-z0-9]+", "-", name.lower())[:40])


def plain(root: ElementTree.Element, prefix: str) -> str:
    """Return SVG without style sheets, style attributes, metadata, or ids that could clash.

    The content policy forbids inline styles, and what they say can be said by attributes.
    """
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{_SVG}style", f"{_SVG}metadata"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for declaration in element.attrib.pop("style", "").split(";"):
            key, _, value = declaration.partition(":")
            if key.strip():
                _say(element, key.strip(), value.strip())
        for key, value in list(element.attrib.items()):
            if key.endswith("}href"):
                del element.attrib[key]
                key = "href"
            value = value.replace(_INK, "currentColor").replace("url(#", f"url(#{prefix}-")
            if key == "id":
                value = f"{prefix}-{value}"
            elif key == "href":
                value = value.replace("#", f"#{prefix}-")
            element.set(key, value)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    return ElementTree.tostring(root, encoding="unicode")


def _say(element: ElementTree.Element, key: str, value: str) -> None:
    if key == "font":
        size = re.search(r"([\d.]+)px", value)
        element.set("font-size", size[1] if size else "9")
        element.set("font-family", "inherit")
    else:
        element.set(key, value)
