"""One turn: Rasa in this process, safety first, approved words only."""
