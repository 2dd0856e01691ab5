"""From stories to mail.

Pure: when an issue is due (`calendar`), what it holds (`compose`), how it looks (`render`, with `excerpt` and
`plain`), how it becomes a message (`message`), what a server's reply means (`replies`). World: the road out
(`smtp`) and the embedded mailbox that catches mail where no road is configured (`catcher`).
"""
