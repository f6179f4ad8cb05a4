"""Options of an engine, from the command line to the engine that knows them."""

import pytest
from click.testing import CliRunner

from mock_server import engines
from mock_server.cli import main
from mock_server.tokens import Tokens


def test_an_option_the_engine_does_not_know_is_refused():
    with pytest.raises(engines.EngineError, match="the seeded engine has no option provider"):
        engines.build("seeded", Tokens.load(), {"provider": "cpu"})


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--provider", "cpu"], "the seeded engine has no option provider"),
        (["--engine", "gemma", "--adapter", "pirate"], "--adapter takes NAME=PATH"),
        (["--engine", "gemma", "--adapter", "a b=x"], "--adapter takes NAME=PATH"),
        (["--engine", "gemma", "--adapter", "a=x", "--adapter", "a=y"], "names 'a' twice"),
        (["--engine", "gemma", "--model-dir", "nowhere"], "there is no folder nowhere"),
        (["--engine", "gemmma"], "did you mean 'gemma'?"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(words: list[str], sentence: str):
    result = CliRunner().invoke(main, ["serve", "--port", "0", *words])
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output
