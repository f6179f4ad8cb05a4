"""Lies in the bytes of a stream."""
