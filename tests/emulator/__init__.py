"""What we believe about Google, one sentence per test, with its source and confidence."""
