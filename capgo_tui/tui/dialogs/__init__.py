"""What takes the keyboard until it is answered."""
