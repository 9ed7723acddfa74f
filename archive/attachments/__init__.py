"""Files beside a study: taken in, checked, shown to those they are for, deleted."""
