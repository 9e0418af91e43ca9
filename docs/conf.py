"""How `make docs` builds the pages of this folder. Nothing is loaded from elsewhere, not by a reader's browser either."""

project = "Ozone FAQ"
author = "The Ozone FAQ authors"
copyright = f"2026, {author}"
extensions = ["myst_parser"]
root_doc = "index"
html_theme = "furo"
html_title = project
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 3
exclude_patterns = ["schema"]
