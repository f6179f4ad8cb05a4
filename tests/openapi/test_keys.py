"""No key of the contract stands twice in one mapping: YAML would keep the last, in silence."""

from __future__ import annotations

from importlib import resources

import yaml


class _Strict(yaml.CSafeLoader):
    """Remembers keys that come twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1 and key != "<<"}
        assert not twice, f"line {node.start_mark.line + 1}: {twice} stands twice"
        return super().construct_mapping(node, deep)


def test_no_key_of_the_contract_stands_twice() -> None:
    text = resources.files("openapi").joinpath("gateway.yaml").read_text(encoding="utf-8")
    assert yaml.load(text, _Strict)["openapi"] == "3.2.0"
