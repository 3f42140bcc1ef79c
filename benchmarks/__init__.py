"""What repwatch costs, beside its peers in the same run. Run by hand: `make bench`."""
