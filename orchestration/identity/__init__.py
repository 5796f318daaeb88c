"""Which ids stand for one thing: from links to clusters, and how good the rule is on labelled data."""
