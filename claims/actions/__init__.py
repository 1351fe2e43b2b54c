"""What changes claims, links and reviews. Each action checks, changes, records; nothing else saves."""
