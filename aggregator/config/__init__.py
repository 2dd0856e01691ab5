"""The operator's page: `config.yaml`, read into typed values, every fault named by file, line and column.

`load.load` is the way in, `schema.Config` is what comes out. A file is read in steps, each in a module of its
own: `yaml_source` (text to plain values and where each stands), `interpolate` (`${NAME}`), `secret_files`
(`password_file`), `references` (what must fit together), `schema` with `values` and `codes` (what may stand),
`faults` (what went wrong, in the operator's words).
"""
