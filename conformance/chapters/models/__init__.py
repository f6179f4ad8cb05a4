"""Chapter `models`: what the catalogue says, and what becomes of names it does not hold."""
