"""Entering orders into a company whose tables know no transactions, such as FoxPro's.

A journal row with control totals and all that is to be written comes first, then the order in a state that nobody at
Sage Pro takes for an order, then its release in one row. What is cut off anywhere between is completed, or backed out.
"""
