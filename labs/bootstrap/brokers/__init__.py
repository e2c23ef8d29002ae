"""Another RabbitMQ than the machine's own: named by one word, made or found, and used like any installation.

The course promises to be true on more than one version, so its tests can be sent to another broker:
`make test BROKER=4`. Whatever the word names ends as a folder or an address that `labs.broker` understands.
"""
