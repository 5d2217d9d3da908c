"""What makes a course of single contents: its book, and how contents depend on the lesson of their concept."""
