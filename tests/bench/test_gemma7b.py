"""The benchmark's model of another size: same writer, same layout, a thousandth of the weights."""

from pathlib import Path

import pytest

from bench.gemma7b import lacking
from bench.gemma7b_folder import DATA, write
from mock_server.gemma.folder import Folder
from mock_server.gemma.job import Job
from mock_server.gemma.native import NativeModel
from mock_server.gemma.shape import Shape

SHAPE = Shape(
    vocabulary=256, hidden=64, layers=2, heads=2, key_heads=2, head_size=32, intermediate=128
)


@pytest.mark.parametrize("half", [False, True])
def test_a_model_written_in_a_stream_can_be_run(tmp_path: Path, half: bool):
    size = write(tmp_path, SHAPE, half)
    assert size == (tmp_path / DATA).stat().st_size
    assert len(Folder.open(tmp_path).slots) == 8
    sequence = NativeModel(tmp_path).start(Job(1, [2, 3], 2, []))
    sequence.read([2, 3])
    assert 0 <= sequence.step()[0] < SHAPE.vocabulary


def test_a_machine_without_the_room_is_told_what_it_lacks(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("bench.gemma7b.DISK", 10**18)
    said = lacking(tmp_path)
    assert said is not None
    assert said.startswith("the 7B shape needs 1000000000 GB of disk; ")
