"""Sphinx's settings. Nothing of the site is loaded from the network."""

from importlib.util import find_spec

from ketamine_mtor import __version__

project = "ketamine_mtor"
author = copyright = "The ketamine_mtor developers"
version = release = __version__
html_last_updated_fmt = None

extensions = [
    "myst_nb" if find_spec("myst_nb") else "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "docs.site.policy",
]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_attr_annotations = False
# Types of other packages, and what is not public.
nitpick_ignore_regex = [("py:.*", r"(xarray|pysb)\..*|MissingExtra|ModelFiles")]

html_theme = "furo"
html_title = f"ketamine_mtor {release}"
html_static_path = ["static"]
html_extra_path = ["extra"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
