"""What the README, CONTRIBUTING.md and the help say is tried and looked up."""
