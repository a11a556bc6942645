"""What happens in a block of days: orders, visits, words, mails, devices; numbers only."""
