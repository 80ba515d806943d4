"""Contracts of records, one module an extract: fields by their official names, and what each record must fulfil."""
