"""The web app. Deliberately empty: workers import parts of it and must never load Flask."""
