"""The author without a model: a plan and worksheets, written by rules from the files in `data`."""
