"""Chapter `request`: what may be asked, and what becomes of what may not."""
