"""What the loaded records tell together: routes, adoption, warnings, and why a device gets what."""
