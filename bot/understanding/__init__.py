"""What a message means: Rasa NLU components on one sentence encoder."""
