"""What is said on Bluesky: commits, handles and accounts as the Jetstream tells them."""
