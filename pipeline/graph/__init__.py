"""The declarations as a graph of Dagster assets, hop by hop; what an asset does is in the hops themselves."""
