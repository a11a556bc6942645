"""What is known of each customer: orders, visits, traits, and the events behind each."""
