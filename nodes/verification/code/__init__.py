"""Code of lessons and quizzes is run, and what it prints is compared with what they show.

blocks reads the fences; python_code, sql_code and quiz_code judge results; runner starts a child process for each
content, whose own side are child, confinement and sql_child. selftest proves the sandbox before any Python runs.
"""
