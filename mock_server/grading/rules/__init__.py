"""Rules about clients, one function each; a file's name is what they are about."""
