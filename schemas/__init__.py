"""The contracts: what a row of any source and of any mart must be, and nothing that reads or computes."""
