"""From a prompt to its jobs."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mock_server.completion import Prompt, Turn
from mock_server.gemma.asking import jobs_of, seed_of
from mock_server.gemma.job import Job

PROMPT = Prompt("m", "m", None, (Turn("user", "hello"),), 10, 50)


def jobs(prompt: Prompt, length: int = 10) -> list[Job]:
    numbers = range(7, 7 + prompt.n)
    return jobs_of(prompt, [2] * length, numbers=numbers, context=100, vocabulary=2048, ends=[1, 5])


@given(st.integers(-(2**63), 2**64), st.integers(0, 7))
def test_any_seed_is_folded_into_31_bits(seed: int, choice: int):
    assert 0 <= seed_of(replace(PROMPT, seed=seed), choice) < 2**31


def test_seeds_that_agree_in_their_low_bits_differ():
    assert seed_of(replace(PROMPT, seed=1), 0) != seed_of(replace(PROMPT, seed=1 + 2**32), 0)


def test_without_a_seed_it_is_the_occurrence_that_varies():
    again = replace(PROMPT, occurrence=1)
    assert seed_of(PROMPT, 0) == seed_of(PROMPT, 0) != seed_of(again, 0)


def test_every_choice_is_a_job_with_a_seed_of_its_own():
    made = jobs(replace(PROMPT, n=3))
    assert [job.id for job in made] == [7, 8, 9]
    assert len({job.seed for job in made}) == 3


def test_prompt_and_answer_stay_within_the_context():
    assert [job.cap for job in jobs(PROMPT, 90)] == [10]


def test_a_temperature_near_zero_is_greedy():
    assert jobs(replace(PROMPT, temperature=1e-9))[0].temperature == 0.0


def test_top_k_is_off_unless_asked_for_and_never_above_the_vocabulary():
    assert jobs(PROMPT)[0].top_k == 0
    assert jobs(replace(PROMPT, top_k=100_000))[0].top_k == 2048


def test_a_nucleus_needs_top_k_to_be_on():
    assert jobs(replace(PROMPT, top_p=0.5))[0].top_k == 2048
    assert jobs(replace(PROMPT, top_p=0.5, top_k=40))[0].top_k == 40


def test_logprobs_are_asked_for_only_when_wanted():
    assert jobs(PROMPT)[0].top is None
    assert jobs(replace(PROMPT, logprobs=True))[0].top == 0


def test_a_bias_beyond_the_vocabulary_is_dropped():
    assert jobs(replace(PROMPT, logit_bias={5000: 1.0, 7: 2.0}))[0].bias == {7: 2.0}
