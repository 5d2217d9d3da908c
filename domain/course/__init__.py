"""The course book: what a course agrees on before its lessons are written, so that they fit each other."""
