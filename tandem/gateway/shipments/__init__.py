"""Shipments (SOSHIP and its history), read only: the warehouse makes them in Sage Pro."""
