"""What a message means: Rasa NLU components on one frozen sentence encoder."""
