"""Chapter `transport`: HTTP itself. One file for each idea."""
