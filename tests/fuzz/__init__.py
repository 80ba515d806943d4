"""The campaign that `make fuzz` runs: released files altered with a known truth, and what is read of them."""
