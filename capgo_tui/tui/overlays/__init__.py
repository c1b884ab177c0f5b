"""What takes the keyboard until it is answered: questions, forms, pickers and bars."""
