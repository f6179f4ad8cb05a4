"""Ids of one choice become final pieces."""

from dataclasses import replace

from mock_server.completion import FinishReason, Piece, Prompt, Turn
from mock_server.gemma.answer import Answer
from mock_server.gemma.job import End, Token
from mock_server.tokens import Tokens

TOKENS = Tokens.load()
PROMPT = Prompt("m", "m", None, (Turn("user", "hello"),), 10, 50)


def pieces(prompt: Prompt, ids: list[int], end: End) -> list[Piece]:
    answer = Answer(TOKENS, prompt, 0)
    made = [Token(1, token) for token in ids[:-1]] + [Token(1, ids[-1], end)]
    found = [piece for token in made for piece in answer.feed(token)]
    assert answer.done
    return found


def text_of(found: list[Piece]) -> str:
    return "".join(piece.text for piece in found)


def test_the_end_token_counts_and_has_no_text():
    found = pieces(PROMPT, [*TOKENS.encode("fox owl"), TOKENS.end_of_turn], End.STOP)
    assert text_of(found) == "fox owl"
    assert sum(piece.tokens for piece in found) == TOKENS.count("fox owl") + 1
    assert found[-1].finish is FinishReason.STOP


def test_a_character_cut_by_the_ceiling_is_not_shown():
    first, *_ = TOKENS.encode("𝔘")
    found = pieces(PROMPT, [*TOKENS.encode("fox"), first], End.LENGTH)
    assert text_of(found) == "fox"
    assert found[-1].finish is FinishReason.LENGTH


def test_a_character_the_model_left_unfinished_is_not_shown():
    first, *_ = TOKENS.encode("𝔘")
    found = pieces(PROMPT, [first, TOKENS.end_of_turn], End.STOP)
    assert text_of(found) == ""


def test_a_stop_string_across_tokens_is_never_shown():
    ids = TOKENS.encode("the quick brown fox")
    answer = Answer(TOKENS, replace(PROMPT, stop=("ck bro",)), 0)
    found = [piece for token in ids for piece in answer.feed(Token(1, token))]
    assert text_of(found) == "the qui"
    assert answer.done
    assert found[-1].finish is FinishReason.STOP


def test_logprobs_name_the_token_and_hide_control_tokens():
    prompt = replace(PROMPT, logprobs=True, top_logprobs=2)
    fox, *_ = TOKENS.encode("fox")
    likely = ((TOKENS.end_of_turn, -0.1), (fox, -0.5), (TOKENS.bos, -0.6), (300, -2.0))
    (piece,) = Answer(TOKENS, prompt, 0).feed(Token(1, fox, End.NO, -0.5, likely))
    (named,) = piece.logprobs
    assert (named.token, named.logprob) == (TOKENS.token_bytes(fox).decode(), -0.5)
    assert [one.logprob for one in named.top] == [-0.5, -2.0]


def test_logprobs_show_a_part_of_a_character_as_its_bytes():
    first, *_ = TOKENS.encode("𝔘")
    answer = Answer(TOKENS, replace(PROMPT, logprobs=True), 0)
    (piece,) = answer.feed(Token(1, first, End.NO, -0.5))
    assert (piece.text, piece.logprobs[0].token, piece.logprobs[0].bytes) == ("", r"\xf0", (0xF0,))


def test_a_control_token_inside_an_answer_has_no_text():
    found = pieces(PROMPT, [TOKENS.start_of_turn, *TOKENS.encode("fox")], End.LENGTH)
    assert text_of(found) == "fox"
