"""One turn, without Rasa: what is decided, what is remembered, and the shape of a reply."""
