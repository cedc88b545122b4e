"""The bulk engine's workload and its peers: the same plan written by hand for Polars and DuckDB, one module each."""
