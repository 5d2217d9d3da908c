"""The routes, a file for each noun; they hold no rules."""
