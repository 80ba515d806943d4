"""What the pipeline costs: `make bench`, and `make test-records` for counting records; no test asserts a time."""
