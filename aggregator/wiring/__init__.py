"""The only place that builds adapters: one module per step of the pipeline.

Each takes a `Config` and hands out ports for `pipeline.py`, or for one of the small conductors beside it,
opened and closed in order. Whoever wants another database, mail road or page swaps it here. A module imports
the adapters of its own step, and a command the steps that it takes: a poll loads neither web server nor mail.

    stores        what is remembered, on one database
    polling       poll, illustrate; `asking` builds what asks, once something is due
    pushing       subscribe, receive
    publishing    publish
    composing     compose, and what is foretold and mended with it
    trial_letters a test of an issue, to one address
    delivering    deliver
    bouncing      collect what comes back
    pages         the built-in web server
    probing       a look at one address
    rejudging     rejudge
    rehearsing    items from files, to be judged as polls judge
"""
