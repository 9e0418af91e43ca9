"""The warning that goes with every reply.

It is a constant, not a data file: no missing file, broken YAML or expired approval may ever take it away.
"""

WARNING = "Ozone is toxic to the lungs and should not be inhaled."
"""The owner's own sentence (the tenth of the text they gave), word for word."""

WARNING_DETAIL = "Symptoms can come hours later, and smell is not a reliable warning."
"""What the page adds to it. Source: 21 CFR 801.415(b), US Food and Drug Administration."""

TRANSLATIONS = {
    "es": (
        "El ozono es tóxico para los pulmones y no debe inhalarse.",
        "Los síntomas pueden aparecer horas después, y el olor no es un aviso fiable.",
    ),
}
"""`WARNING` and `WARNING_DETAIL` in other languages, shown with the English words and never instead of them."""
