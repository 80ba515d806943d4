"""From a published file to staged figures: opened safely, its tables found, marks and periods read, validated."""
