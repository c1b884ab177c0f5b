"""What leads a write from the key that asked for it to the line that tells its end."""
