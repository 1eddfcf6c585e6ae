"""The general ledger: the chart of accounts, and journals entered as unposted batches."""
