"""Chapter `context`: the window, at its two edges and far beyond."""
