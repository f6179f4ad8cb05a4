"""Chapter `sampling`: parameters that act. Judges what a parameter does; knows no engine."""
