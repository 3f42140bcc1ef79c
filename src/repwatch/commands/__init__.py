"""One file a command; each opens what it needs, calls one function and shows what came of it."""
