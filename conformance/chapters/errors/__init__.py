"""Chapter `errors`: how a refusal is told, with which status, and what decides first."""
