"""Turns an uploaded file or pasted text into a draft source; knows no model, no request, no database."""
