"""What several plug-ins of one family share: a format that two slugs speak, the codes of one house; no plug-in itself."""
