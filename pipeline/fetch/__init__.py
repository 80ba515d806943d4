"""The publishers' interfaces: which editions they list, and their files as published; what is done with them is not."""
