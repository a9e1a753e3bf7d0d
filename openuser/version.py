"""The version of this code, which pyproject.toml names too; images hold no pyproject.toml."""

VERSION = "0.6.0.dev0"
