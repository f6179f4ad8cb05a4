"""Fuzz: cases made from a seed, performed, judged by the same law, shrunk. See `campaign`."""

FUZZ = "fuzz"
"""Name of the probe that every exchange of a fuzz belongs to."""
