"""Lies about HTTP itself. One file for each idea."""
