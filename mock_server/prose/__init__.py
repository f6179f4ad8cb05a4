"""Made-up English for the seeded engine: words, sentences and what a prompt asks for.

Knows no HTTP; everything follows from the digests and bytes it is given.
"""
