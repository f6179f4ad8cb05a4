"""Lies about adapters."""
