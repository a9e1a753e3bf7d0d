"""Video templates, and videos for one person each: of templates and of presentations."""
