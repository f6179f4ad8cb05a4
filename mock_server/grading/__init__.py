"""Grading: what a client did with the answers it got, and whether it was right.

The mock sees requests: `observed`. Rules (`rules/`, one function each, found by being there) judge
them; what no request shows, such as whether a cut stream was taken for a whole one, is inferred
from the exit code and the output of a command, and says so. Packs (`packs/`, found likewise) are
scripts that provoke it. A `card` is what the rules said.
"""
