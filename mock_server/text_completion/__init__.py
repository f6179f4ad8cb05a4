"""Completions of before chat: a prompt becomes one user turn, an answer takes the older shape.

Knows no HTTP and no admission; engines see ordinary prompts.
"""
