"""ESLint and TypeScript over the scripts of our pages."""
