"""One module a noun; each view opens the door, reads or acts, answers."""
