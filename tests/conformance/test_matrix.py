"""Reports side by side: columns, differences, what broke and was mended, and who is to blame."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.matrices import destinations, render
from conformance.matrix import attributed, blame, compared, provocations
from tests.conformance.example_report import HOSTILE, conforming, document

FORMATS = ("html", "json", "markdown", "text")


def judged_on(day: int, **verdicts: str) -> dict[str, Any]:
    """Return the example as judged on a day of November, with some verdicts changed."""
    whole = document()
    whole["run"]["started"] = f"2026-11-{day:02}T07:00:00+00:00"
    for row in whole["rulings"]:
        name = row["requirement"].replace(".", "_").replace("-", "_")
        row["verdict"] = verdicts.get(name, row["verdict"])
    return whole


def test_gateways_are_columns_and_requirements_rows() -> None:
    other = conforming()
    other["run"]["target"] = "https://other.example/v1"
    matrix = compared([document(), other])
    assert matrix["kind"] == "gateways"
    assert [column["name"] for column in matrix["columns"]] == ["gateway.example", "other.example"]
    row = next(row for row in matrix["rows"] if row["requirement"] == "stream.done-last")
    assert row["cells"][0]["verdict"] == "FAIL"
    assert row["cells"][1] is None
    assert row["differs"]


def test_one_gateway_over_time_is_put_in_order_and_tells_what_broke_and_was_mended() -> None:
    first = judged_on(1, usage_adds_up="PASS", stream_done_last="FAIL")
    second = judged_on(2, usage_adds_up="FAIL", stream_done_last="PASS")
    matrix = compared([second, first])
    assert matrix["kind"] == "history"
    assert [column["started"][:10] for column in matrix["columns"]] == ["2026-11-01", "2026-11-02"]
    words = {each["requirement"]: each["words"].split(" between")[0] for each in matrix["changes"]}
    assert words == {"usage.adds-up": "broke", "stream.done-last": "mended"}


def test_reports_of_different_contracts_and_scopes_are_remarked() -> None:
    other = document()
    other["run"]["contract"]["sha256"] = "ef" * 32
    other["run"]["scope"] = "any"
    assert len(compared([document(), other])["remarks"]) == 2


@pytest.mark.parametrize(
    ("direct", "via", "words"),
    [
        ("FAIL", "FAIL", "engine: "),
        ("PASS", "FAIL", "gateway: "),
        ("PASS", "WARN", "gateway: "),
        ("NOT_APPLICABLE", "FAIL", "gateway or engine"),
        ("FAIL", "PASS", "engine, mended by the gateway"),
        ("PASS", "PASS", ""),
        ("FAIL", "INCONCLUSIVE", ""),
    ],
)
def test_each_finding_is_attributed(direct: str, via: str, words: str) -> None:
    found = blame(direct, via)
    assert found.startswith(words)
    assert bool(found) == bool(words)


def test_a_pair_is_called_direct_and_via() -> None:
    matrix = attributed(conforming(), document())
    assert [column["name"] for column in matrix["columns"]] == ["direct", "via"]
    blamed = {each["requirement"] for each in matrix["changes"]}
    assert "stream.done-last" in blamed


def test_a_gateway_is_blamed_for_what_only_some_upstreams_provoke() -> None:
    judged = [
        ("plain", judged_on(1, usage_adds_up="PASS", stream_one_id="PASS")),
        ("crlf", judged_on(1, usage_adds_up="FAIL", stream_one_id="PASS")),
        ("comments", judged_on(1, usage_adds_up="WARN", stream_one_id="INCONCLUSIVE")),
    ]
    found = {row["requirement"]: row["blame"] for row in provocations(judged)["rows"]}
    assert found["usage.adds-up"] == "gateway: broken when its upstream is crlf, comments"
    assert found["stream.one-id"] == "gateway: broken when its upstream is comments"
    assert found["stream.done-last"] == "gateway: broken with a plain upstream too"
    assert found["transport.http-1-1"] == ""


@pytest.mark.parametrize("name", FORMATS)
def test_a_matrix_renders_the_same_from_its_json(name: str) -> None:
    matrix = compared([document(), conforming(), judged_on(3)])
    again = json.loads(render("json", matrix))
    assert render(name, again) == render(name, matrix)


@pytest.mark.parametrize("name", ["html", "markdown", "text"])
def test_hostile_reports_stay_text(name: str) -> None:
    hostile = document()
    hostile["run"].update(model=HOSTILE, target=f"https://{HOSTILE}/v1")
    hostile["rulings"][4]["text"] = HOSTILE
    text = render(name, compared([hostile, document()]))
    assert not set(text) & set("\u202e\u2066\u200b\x00\x1b")
    if name == "html":
        assert text.count("<script>") == 1


def test_an_unknown_format_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UsageError, match="unknown report format 'junit'"):
        destinations(["junit=matrix.xml"])
