"""Comment commands and what we write back: the parser, replies, and the texts of check runs. Pure."""
