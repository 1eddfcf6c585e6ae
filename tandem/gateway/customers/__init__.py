"""Customers (ARCUST) and their ship-to addresses (ARCADR)."""
