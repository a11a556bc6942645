"""Which part of the money is wasted: one answer out of journeys, mix and experiments."""
