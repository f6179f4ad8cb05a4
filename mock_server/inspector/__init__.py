"""The inspector's files: a page, its style, its script. Holds no code."""
