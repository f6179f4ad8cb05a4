"""Chapter `lora`: the adapter asked for is the one that answers. Knows no weights."""
