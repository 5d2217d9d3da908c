"""Who writes the words, and what stands between a node and an author: ledger and throttle."""
