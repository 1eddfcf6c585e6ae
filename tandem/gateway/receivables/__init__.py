"""Invoices, credit memos and receipts: entered unposted, and read back as Sage Pro posts them."""
