"""Letters to a brand and its answers: a maildir of e-mail messages."""
