"""Stand-ins for both systems: a Clarity store that can be told to break, and the people at Sage Pro's screens.

Shares no model with the mapping: if it did, a wrong mapping would test itself right.
"""
