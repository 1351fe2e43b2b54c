"""What changes dossiers, people and sources. Each action checks, changes, records; nothing else saves."""
