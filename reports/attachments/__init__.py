"""Files beside a study: the pages and doors of `archive.attachments`."""
