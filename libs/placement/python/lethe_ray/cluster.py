"""A Ray cluster, and what is held of it."""

import asyncio
import contextlib
import platform
import socket
import threading
import time

import ray_words
from ray_words import one_line
from room import FreeBundles, in_words, of_all, room_for, without

# Until the connection to who listens is open.
LISTENER_SECONDS = 10
# Until Ray has answered.
CONNECT_SECONDS = 60
# A wait that is longer than this is told.
TOLD_SECONDS = 3


class Failure(Exception):
    """What a user can mend; the message says how."""


def load_ray():
    try:
        import ray
        import ray.util
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise Failure(
            f"Python {platform.python_version()}: expected the package ray, of the cluster's version (pip install ray), found "
            f'{"none" if error.name == "ray" else error}') from error
    return ray


def expect_listener(address):
    """Ray would try for minutes. @raises Failure if nobody listens there"""
    host, _, port = address.rpartition(':')
    if not port.isdigit():
        return  # such as "auto": Ray looks for it
    try:
        socket.create_connection((host.strip('[]'), int(port)), LISTENER_SECONDS).close()
    except OSError as error:
        raise Failure(
            f'Ray at {address}: expected a running cluster, found nobody who listens there ({error.strerror or error})') from error


@contextlib.contextmanager
def expected_within(seconds, on_late):
    """Ray cannot be interrupted while it connects."""
    timer = threading.Timer(seconds, on_late)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def connect(ray, address):
    """@raises Failure in Ray's words, in one line"""
    try:
        ray.init(address=address, namespace='lethe', log_to_driver=False, configure_logging=False)
    except Exception as error:
        raise Failure(ray_words.connection_failure(address, one_line(error))) from error


class Cluster:
    """Connected to a cluster, with a bundle of its resources for each process that runs at the same time."""

    def __init__(self, opening, placed_process):
        self._opening = opening
        self._placed_process = placed_process
        self._free = FreeBundles(opening['processes'])
        self._bundles_changed = asyncio.Condition()
        self.gpus = opening['bundle'].get('GPU', 0)

    async def open(self, on_wait, on_late):
        """`on_late` is called in another thread if Ray does not answer. @raises Failure"""
        address = self._opening['address']
        self._ray = load_ray()
        expect_listener(address)
        late = f'Ray at {address}: expected an answer within {CONNECT_SECONDS} s, found none'
        with expected_within(CONNECT_SECONDS, lambda: on_late(late)):
            connect(self._ray, address)
        # Nodes have no file of Lethe to import it from: the class itself travels.
        self._ray.cloudpickle.register_pickle_by_value(self._placed_process)
        own = self._ray.get_runtime_context().get_node_id()
        nodes = [node for node in self._ray.nodes() if node['Alive']]
        index = next(index for index, node in enumerate(nodes) if node['NodeID'] == own)
        own_address = nodes[index]['NodeManagerAddress']
        if self._opening['waitSeconds'] is None:
            self._expect_room(nodes, index)
        held = self._opening['own']
        # Servers of a run are beside its coordinator: on the node that this process is on.
        own_bundle = [] if held is None else [{**held, f'node:{own_address}': 0.001}]
        self._first = len(own_bundle)
        self._group = self._ray.util.placement_group(
            own_bundle + [self._opening['bundle']] * self._opening['processes'], strategy='PACK')
        await self._reserve(on_wait)
        return {'address': self._ray.get_runtime_context().gcs_address, 'nodes': len(nodes)}

    def _wanted(self):
        held, processes = self._opening['own'], self._opening['processes']
        own = '' if held is None else f', and on this node {in_words(held)} more'
        return f'{processes} process{"" if processes == 1 else "es"} with {in_words(self._opening["bundle"])} each{own}'

    def _expect_room(self, nodes, own):
        """@raises Failure if all that the nodes have is not enough"""
        have = [node['Resources'] for node in nodes]
        left = have if self._opening['own'] is None else without(have, own, self._opening['own'])
        room = 0 if left is None else room_for(left, self._opening['bundle'])
        if room >= self._opening['processes']:
            return
        there = of_all([(node['NodeManagerAddress'], node['Resources']) for node in nodes])
        raise Failure(f'Ray at {self._opening["address"]}: expected room for {self._wanted()}, found room for {room}: {there}')

    async def _reserve(self, on_wait):
        begun, limit = time.monotonic(), self._opening['waitSeconds']
        is_told = False
        while not await asyncio.to_thread(self._group.wait, 0.5):
            waited = time.monotonic() - begun
            free = in_words(self._ray.available_resources())
            if limit is not None and waited > limit:
                raise Failure(
                    f'Ray at {self._opening["address"]}: expected room for {self._wanted()} within {limit:g} s, found {free} free')
            if waited > TOLD_SECONDS and not is_told:
                is_told = True
                on_wait(f'waiting for Ray to have room for {self._wanted()}: {free} are free now')

    @contextlib.asynccontextmanager
    async def bundle(self, name):
        """A bundle for the process of that name, when there is one."""
        async with self._bundles_changed:
            while (bundle := self._free.take(name)) is None:
                await self._bundles_changed.wait()
        try:
            yield bundle
        finally:
            # Also after a cancellation, during which nothing may be waited for.
            self._free.give_back(bundle)
            asyncio.ensure_future(self._tell_bundles())

    async def _tell_bundles(self):
        async with self._bundles_changed:
            self._bundles_changed.notify_all()

    def actor(self, bundle):
        """A process of Python in that bundle, which starts ours. What it is made with is seen by everybody: nothing."""
        resources = self._opening['bundle']
        strategy = self._ray.util.scheduling_strategies.PlacementGroupSchedulingStrategy(
            placement_group=self._group, placement_group_bundle_index=self._first + bundle)
        # Several calls at a time: it is asked to end while it is followed.
        return self._ray.remote(self._placed_process.PlacedProcess).options(
            num_cpus=resources['CPU'], **({'num_gpus': self.gpus} if self.gpus else {}), scheduling_strategy=strategy, max_restarts=0,
            max_task_retries=0, max_concurrency=8,
        ).remote()

    def end(self, actor):
        self._ray.kill(actor, no_restart=True)

    def is_unavailable(self, error):
        return isinstance(error, self._ray.exceptions.ActorUnavailableError)

    def is_node_gone(self, error):
        is_death = isinstance(error, (self._ray.exceptions.ActorDiedError, self._ray.exceptions.NodeDiedError))
        return is_death and ray_words.is_node_gone(one_line(error))

    def why(self, error):
        return ray_words.why(one_line(error), self.is_node_gone(error))

    def close(self):
        self._ray.util.remove_placement_group(self._group)
        self._ray.shutdown()
