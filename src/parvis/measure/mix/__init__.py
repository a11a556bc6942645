"""What each channel made of the outcomes: a Bayesian mix model."""
