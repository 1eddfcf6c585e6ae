"""One station per file: a thin, retryable task over a function of `tandem.line`."""
