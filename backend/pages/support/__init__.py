"""Code shared by the routes of the pages."""
