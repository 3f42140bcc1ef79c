"""The list of commands, and errors put into words and exit codes."""
