"""The site of a publication: what is known between states, as pages that need no server, network or JavaScript.

Belongs here: asking the published database, words, charts, pages. Does not belong here: what a fact means (dbt), or
when readers see it (publication). `words` and `charts` are pure; `questions` is all the SQL; `dyads`, `countries`,
`documents` and `publications` make of rows what the templates show; `building` writes what changed.
"""
