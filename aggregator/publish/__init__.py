"""From stories to files: selections, feeds, pages, and the folder they are written to."""
