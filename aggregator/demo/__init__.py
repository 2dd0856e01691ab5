"""The sample world: invented outlets that publish as real ones do, served over HTTP on loopback.

    world/*.toml      one file per outlet: what it tells, and the shape of its feed
    world.py          the files as values
    dates.py          the ways in which outlets write dates
    shapes.py         one function per shape: an outlet as the bytes on the wire
    pages.py          what stands behind the links
    server.py         all of it over HTTP, with validators and compression
    configuration.py  the configuration that polls it, and the readers of its letter

Dates are hours before a given moment, so that the world is always of today. Outlets, people and events are
invented; places are real, so that countries can be recognised.
"""
