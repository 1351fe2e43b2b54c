"""How Gainsay is set up and served: settings, the database, addresses. Nothing of sources or claims."""
