"""Outside assistants: the Model Context Protocol, with the same actions and guards as every other way."""
