"""Lies about the tokens counted."""
