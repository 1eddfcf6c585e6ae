"""The people at Sage Pro's screens: they pick, ship, count and keep records, straight in the company's tables.

They know the tables as these are, by looking at the database. They share nothing with the gateway: what one writes
and the other reads has to agree because both follow Sage Pro.
"""
