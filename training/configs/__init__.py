"""Training configurations as TOML: small files that differ in a few lines, each odd value with its reason."""
