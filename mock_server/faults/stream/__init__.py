"""Lies about the meaning of a stream."""
