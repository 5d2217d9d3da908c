"""What the offline author draws from: curricula, wordings in two languages, and the builders that put them together."""
