"""What leads each idea of the main screen, knowing the screen by the `Host` protocol only."""
