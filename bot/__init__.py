"""An FAQ assistant about ozone therapy that speaks only approved words."""
