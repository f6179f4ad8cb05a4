"""Lies about the answer in one piece, by what they are about."""
