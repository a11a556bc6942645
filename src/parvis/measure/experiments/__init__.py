"""What experiments found: people who were left out, cities that were treated differently."""
