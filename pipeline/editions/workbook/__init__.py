"""The published file as accessible spreadsheets, of the nation or of one area; no number is made here."""
