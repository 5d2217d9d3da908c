"""The side of the child process, in which code of lessons runs. Standard library only: it has to start quickly."""
