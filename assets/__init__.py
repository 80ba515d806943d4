"""What is read and what is made of it: sources, outcomes, and the samples a fresh clone starts from."""
