"""Products (ICITEM)."""
