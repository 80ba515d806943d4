"""The machinery: it names no metric and no publisher."""
