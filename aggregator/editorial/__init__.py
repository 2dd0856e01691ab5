"""From entries to stories: all judgement, and nothing but judgement.

Everything here is pure. `describe` says of one entry its language, its script and the countries it is about;
`decide` says of a batch what is new, what is known and what belongs together; `rank` says what matters most.
"""
