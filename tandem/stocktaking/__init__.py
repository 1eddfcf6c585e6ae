"""Stocktaking: what both systems say of the same shelves, what that comes to, and what is done about it."""
