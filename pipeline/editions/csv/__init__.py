"""The CSV edition: a file a table, with its two standard descriptions; what tables and columns mean is in schemas."""
