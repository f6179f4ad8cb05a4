"""Chapter `limits`: how much a key may ask, how fast, and whether the headers are true."""
