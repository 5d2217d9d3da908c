"""The routes of the API, with a module for each noun. They contain no rules of their own."""
