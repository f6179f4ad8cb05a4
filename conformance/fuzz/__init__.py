"""Fuzz: cases made from a seed, performed, judged by the same law, shrunk. See `campaign`."""

SPEC = "spec"
"""Name of the probe that every exchange with a described API belongs to."""
FUZZ = "fuzz"
"""Name of the probe that every exchange of a fuzz belongs to."""
