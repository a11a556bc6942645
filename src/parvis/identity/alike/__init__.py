"""Records that are alike: the doubtful part of identity, found and explained without labels."""
