"""A cluster's file: every word means something, and a wrong one is named."""

from pathlib import Path

import click
import pytest

from mock_server.cluster import app
from mock_server.cluster.plan import Ingress, Model, Plan, read
from mock_server.settings import SettingsError

WHOLE = """
state = "redis://127.0.0.1:6379/0"
keys = ["sk-mine"]
keys_file = "accounts.toml"
control_token_env = "TOKEN"
[ingress]
replicas = 3
[model]
model_dir = "models/gemma"
least = 2
most = 5
gpus = 0.5
[model.adapters]
sailor = "adapters/sailor"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "cluster.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_a_cluster_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plan = read(written(tmp_path, WHOLE))
    monkeypatch.setenv("TOKEN", "t")
    assert plan.control_token == "t"
    assert plan == Plan(
        state="redis://127.0.0.1:6379/0",
        keys=("sk-mine",),
        keys_file=str(tmp_path / "accounts.toml"),
        control_token_env="TOKEN",
        ingress=Ingress(replicas=3),
        model=Model(
            model_dir=str(tmp_path / "models/gemma"),
            least=2,
            most=5,
            gpus=0.5,
            adapters={"sailor": str(tmp_path / "adapters/sailor")},
        ),
    )


def test_an_empty_file_is_one_seeded_mock(tmp_path: Path):
    assert read(written(tmp_path, "")) == Plan()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stat = 1", "there is no 'stat'. Did you mean 'state'?"),
        ("[ingress]\nreplicas = 0", "[ingress]: replicas cannot be 0"),
        ("[ingress]\nreplicas = true", "replicas cannot be True"),
        ("[ingress]\nreplicas = 2", "2 ingresses need a state that processes share"),
        ("[model]\nleast = 3", "[model] needs 1 <= least <= most"),
        ("[model]\nadapters = ['a']", "adapters cannot be ['a']"),
        ("ingress = 3", "ingress cannot be 3"),
        ("keys = [1]", "keys cannot be [1]"),
        ("x = ", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str):
    with pytest.raises(SettingsError) as error:
        read(written(tmp_path, text))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_the_command_names_its_only_argument(tmp_path: Path):
    for given in ({}, {"file": "a", "more": "b"}):
        with pytest.raises(click.ClickException, match=r"file=FILE\.toml"):
            app(given)
    with pytest.raises(click.ClickException, match="cannot be read"):
        app({"file": str(tmp_path / "none.toml")})
