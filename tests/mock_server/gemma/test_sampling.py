"""Bias, penalties and logprobs, on plain arrays."""

import math
from collections import Counter

import numpy as np
import pytest

from mock_server.gemma.job import Job
from mock_server.gemma.sampling import adjusted, adjusts, logprobs

LOGITS = np.array([0.0, 1.0, 2.0, 3.0], np.float32)


def job(**changes: object) -> Job:
    return Job(1, [2], 1, [], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"bias": {1: 1.0}}, {"presence": 1.0}, {"frequency": 1.0}])
def test_only_bias_and_penalties_change_logits(change: dict[str, object]):
    assert not adjusts(job())
    assert adjusts(job(**change))


def test_bias_is_added_and_minus_a_hundred_forbids():
    changed = adjusted(LOGITS, job(bias={0: 5.0, 3: -100.0}), Counter())
    assert changed.tolist() == [5.0, 1.0, 2.0, -1e4]


def test_a_bias_on_a_token_that_does_not_exist_does_nothing():
    assert adjusted(LOGITS, job(bias={99: 5.0}), Counter()).tolist() == LOGITS.tolist()


def test_penalties_follow_openais_formula():
    changed = adjusted(LOGITS, job(presence=0.5, frequency=0.25), Counter({1: 1, 2: 4}))
    assert changed.tolist() == [0.0, 0.25, 0.5, 3.0]


def test_the_logits_that_came_in_are_not_touched():
    before = LOGITS.copy()
    adjusted(LOGITS, job(bias={0: 5.0}), Counter({1: 1}))
    assert (before == LOGITS).all()


def test_probabilities_add_up_to_one_and_the_likeliest_come_first():
    every, best = logprobs(LOGITS, 2)
    assert math.isclose(np.exp(every).sum(), 1.0)
    assert [token for token, _ in best] == [3, 2]
    assert best[0][1] == pytest.approx(-0.44018969856119533)
