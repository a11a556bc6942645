"""A brand's silos made up with a known truth, at any size; knows nothing of the rest of Parvis."""
