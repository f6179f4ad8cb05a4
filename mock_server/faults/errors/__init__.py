"""Lies when the answer is no, by what they are about."""
