"""From observations to the published file: part files, the snapshot and its queries, its checks and comments."""
