"""Any Hugging Face model, read like our own: named, fetched, loaded, and its runs written as traces."""
