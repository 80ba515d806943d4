"""The page of an area as one self-contained HTML file, and the index of the pages; what they know is area's."""
