"""Readers of single kinds of values: numbers, words of a vocabulary, lists, keys of questions, links."""
