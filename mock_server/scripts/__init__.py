"""Scripts: what a mock answers, in exact order, and why. What one may hold: `script.schema.json`.

A script is read (`reading`) into steps; a request is matched against them (`matching`), takes a
position (`positions`) and gets an answer (`performing`), which changes bytes at exact places
(`edits`) or speaks a text (`spoken`). `director` decides for each call of a `stage`; `explaining`
says why.
"""
