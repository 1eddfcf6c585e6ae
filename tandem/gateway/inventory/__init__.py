"""Stock by item and location (ICILOC), and adjustments of it."""
