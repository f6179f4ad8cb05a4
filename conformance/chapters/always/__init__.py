"""Chapter `always`: what must hold of every answer to any input, hostile input most of all."""
