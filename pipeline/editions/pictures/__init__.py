"""Figures as pictures, for pages and as files of their own; which figures they show is the caller's."""
