"""The parts of prompts: texts as data, the rules of contents, and the course book that all contents share."""
