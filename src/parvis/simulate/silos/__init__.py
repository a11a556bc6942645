"""The silos: how each writes down what happened, in its own format and with its own mess."""
