"""From the wire to entries.

Pure: `due` (how a source stands after a poll), `freshness` (the server's own word on when to ask again),
`sniff` (what a body is), `decode` (bytes to text), `parse` and `jsonfeed` (text to entries as published),
`dates`, `urls`, `boilerplate`, `clean` and `normalise` (entries as published to entries), `read` (a body).

World: `http` asks a server within bounds, with `netguard` (addresses), `lanes` (hosts), `bodies` (sizes) and
`diagnosis` (messages); `pool` reads bodies in worker processes.
"""
