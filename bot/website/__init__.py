"""What visitors see and what their browsers talk to."""
