"""From what staff corrected to a better model: reviewed examples,
a candidate, the gate, and the groups of unanswered questions."""
