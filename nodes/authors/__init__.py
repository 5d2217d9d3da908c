"""Authors: the port, chat models, prompts, reading of answers, and errors of providers."""
