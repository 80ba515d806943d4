"""The published file in the forms people read: files, workbooks, charts and pages; none makes a number of its own."""
