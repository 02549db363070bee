"""What a person can ask for: each operation is a generator of events, and the only place where the wings meet."""
