"""The Sage Pro company database: its tables under whichever names a site has, its counters, stamps and locks."""
