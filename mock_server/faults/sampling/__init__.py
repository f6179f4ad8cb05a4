"""Lies about parameters that act."""
