"""What `repwatch help TOPIC` says, a file a topic."""
