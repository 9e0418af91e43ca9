"""How well the assistant does, measured: on its own data, on
other data sets, and on questions with the route they should take."""
