"""What a cluster has room for, and how that is said."""

import math


def room_for(nodes, bundle):
    """How many such bundles the resources of these nodes hold."""
    def room_of(node):
        # Ray counts in ten-thousandths.
        return math.floor(min((node.get(name, 0) / wanted for name, wanted in bundle.items() if wanted > 0), default=0) + 1e-6)
    return sum(room_of(node) for node in nodes)


def without(nodes, own, bundle):
    """The resources of the nodes when node number `own` also holds a bundle, or None if it cannot."""
    left = {name: nodes[own].get(name, 0) - wanted for name, wanted in bundle.items()}
    if any(value < 0 for value in left.values()):
        return None
    return [{**node, **left} if index == own else node for index, node in enumerate(nodes)]


def in_words(resources):
    """"2 cores and 1 GPU"."""
    def counted(count, one):
        return f'{count:g} {one}{"" if count == 1 else "s"}'
    return f'{counted(resources.get("CPU", 0), "core")} and {counted(resources.get("GPU", 0), "GPU")}'


def of_all(nodes):
    """"127.0.0.2 has 1 core and 0 GPUs, ..." of (name, resources), by name: Ray lists its nodes in no order."""
    by_name = sorted(nodes, key=lambda node: node[0])
    return ', '.join(f'{name} has {in_words(resources)}' for name, resources in by_name) or 'no node'


class FreeBundles:
    """Which bundles are free: one that is placed again under the same name gets the bundle of the one before, if that is free."""

    def __init__(self, count):
        self._free = set(range(count))
        self._last = {}

    def take(self, name):
        """The number of a bundle; None: none is free."""
        if not self._free:
            return None
        last = self._last.get(name)
        bundle = last if last in self._free else min(self._free - set(self._last.values()) or self._free)
        self._free.remove(bundle)
        self._last[name] = bundle
        return bundle

    def give_back(self, bundle):
        """It is free again."""
        self._free.add(bundle)
