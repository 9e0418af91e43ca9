"""How `make docs` builds the pages of this folder. A reader's browser loads nothing from elsewhere."""

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
