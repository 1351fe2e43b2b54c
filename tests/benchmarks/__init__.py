"""What the pages cost on a large dossier, measured on the real server. Not part of the test command."""
