"""Forms explain; the database and the actions hold."""
