"""What we remember, on SQLite or PostgreSQL.

`engine` opens and upgrades the database, `tables` describes it, `migrations` carries its history. Each other
module answers for one noun: `sources`, `entries`, `stories`, `subscribers`, `issues`, `deliveries`.
"""
