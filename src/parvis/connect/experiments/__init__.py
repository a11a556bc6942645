"""Plans of experiments, as teams write them down."""
