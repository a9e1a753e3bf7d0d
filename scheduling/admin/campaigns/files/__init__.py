"""Pages of campaigns from files: import, export, and ready campaigns."""
