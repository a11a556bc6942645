"""Charts: drawn on the server, coloured by the page, each with its table behind it."""
