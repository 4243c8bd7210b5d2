"""What Ray says, and how it is said here. Ray has no types for these, only words."""

import re

VERSIONS = re.compile(r'cluster was started with: Ray: (\S+) Python: (\S+) This process .*?: Ray: (\S+) Python: (\S+)')
NODE_GONE = re.compile(r'\bnode\b.*\b(died|dead|terminated|removed|failed|drain\w*)\b', re.IGNORECASE)
ADDRESS = re.compile(r'\bip: (\S+)')


def one_line(error):
    return ' '.join(str(error).split())


def connection_failure(address, words):
    """Why there is no connection, by Ray's words in one line."""
    found = VERSIONS.search(words)
    if found is None:
        return f'Ray at {address}: expected a running cluster with a node on this machine, found: {words}'
    ray_there, python_there, ray_here, python_here = (part.rstrip('.') for part in found.groups())
    return (
        f'Ray at {address}: expected its own versions, Ray {ray_there} and Python {python_there}, found Ray {ray_here} and Python '
        f'{python_here}; name a Python that has them')


def is_node_gone(words):
    """Whether an actor died with its node, by Ray's words in one line."""
    return NODE_GONE.search(words) is not None


def why(words, is_node_gone):
    """How a process ended that its actor has not told of."""
    if not is_node_gone:
        return f"Ray's actor of it ended: {words}"
    address = ADDRESS.search(words)
    return f'its node{f" {address[1]}" if address else ""} is gone'
