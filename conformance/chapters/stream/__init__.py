"""Chapter `stream`: the grammar of chunks, from role to sentinel, and what they add up to."""
