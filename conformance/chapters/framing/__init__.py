"""Chapter `framing`: the bytes of a stream, from its label to its last chunk. Knows no chunk's
meaning.
"""
