"""Record-level extracts counted where they lie, under contract and disclosure control, into a release of figures."""
