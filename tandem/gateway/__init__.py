"""A REST API over the tables of a Sage Pro company; knows nothing of Tandem's canonical entities."""
