"""What is shown to people, in words and in shapes, for whoever shows it; knows the domain, not where it is stored."""
