"""From the wire to entries.

Pure: `due` (how a source stands after a poll), with `rhythm` (how often it publishes), `appointment` (the
moment of the next poll), `whereabouts` (redirects adopted, sources gone), `hints` and `freshness` (the feed's
and the server's own word on when to ask again), `domains` and `reach` (households; is it our network?),
`sniff` (what a body is), `decode` (bytes to text), `excess` (markup out of all proportion), `parse` and
`jsonfeed` (text to entries as published), `dates`, `urls`, `boilerplate`, `clean` and `normalise` (entries as
published to entries), `read` (a body).

World: `http` asks a server within bounds, with `netguard` (addresses), `lanes` (households), `bodies`
(sizes), `allowance` (places and seconds) and `diagnosis` (messages); `pool` reads bodies in worker processes.
"""
