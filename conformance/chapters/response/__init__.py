"""Chapter `response`: the answer in one piece, member by member, and whose answer it is."""
