"""A folder of a brand's silos, described by its `silos.toml`."""
