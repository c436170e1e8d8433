"""One module for each family of commands; each adds its parsers and runs them."""
