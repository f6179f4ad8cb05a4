"""Chapter `auth`: who may ask, and what the others are told."""
