"""The two sides of the line over HTTP; everything else sees records, never an address."""
