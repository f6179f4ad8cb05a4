"""Chapter `usage`: tokens counted. Judges relations between counts; knows no tokenizer."""
