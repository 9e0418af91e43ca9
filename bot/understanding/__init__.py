"""What a message means: one sentence encoder, and what is learnt on top of it."""
