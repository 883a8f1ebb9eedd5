"""`make accuracy`: how exact are the numbers? Each tool's figures beside those of a server that knows the truth."""
