"""What repwatch is measured against; each module is one program, run in a process of its own."""
