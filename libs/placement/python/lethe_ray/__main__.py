"""Starts processes on the machines of a Ray cluster, for whoever started it: lines of JSON on standard input and output.

The first line read is how to open: `address`, `bundle` (resources of each process), `processes` (their number), `own` (resources to hold on
the own node, or null) and `waitSeconds` (null: until there is room, if there ever can be). Then it reads what to do with processes that
are known by `id`: `start`, `signal`, `kill`. It writes events: `waiting`, `opened` or `failed`, then of each process `started`, `printed`
and `ended`. When its input ends it ends all of them, and itself.
"""

import asyncio
import base64
import json
import os
import signal
import sys
import threading

import placed_process
from cluster import Cluster, Failure

# Characters of a message that travel in one call: larger arguments would go through Ray's object store.
MESSAGE_PART = 16 * 1024
# How long the actor waits for something to tell before it answers that there is nothing.
FOLLOW_SECONDS = 20
# How long a killed process may take to end before its actor is ended with it.
KILL_SECONDS = 5
# Between two tries where Ray says that an actor cannot be reached, which it may find to be dead, or at a node that is gone.
RETRY_SECONDS = 1


class Events:
    """Standard output, as it was when this began: what Ray prints goes to standard error."""

    def __init__(self):
        self._output = os.fdopen(os.dup(1), 'w', encoding='utf-8')
        os.dup2(2, 1)

    def write(self, event, **facts):
        try:
            self._output.write(json.dumps({'event': event, **facts}) + '\n')
            self._output.flush()
        except OSError:
            pass  # nobody listens any more: the input ends too


class Life:
    """One process, from the wish for it to its end."""

    def __init__(self, cluster, events, wanted):
        self._cluster = cluster
        self._events = events
        self._wanted = wanted
        self._actor = None
        self._runs = False
        self._killed = asyncio.Event()

    async def live(self):
        """Never fails: one that cannot be started has ended."""
        try:
            end = await self._until_killed(self._play())
        except Exception as error:  # of Ray, whatever it is
            end = {'code': None, 'how': self._cluster.why(error)}
        if end is None:
            end = {'code': None, 'how': 'killed by SIGKILL' if self._runs else 'killed before it started'}
        if self._actor is not None:
            self._cluster.end(self._actor)
        self._events.write('ended', id=self._wanted['id'], **{'errors': '', **end})

    def signal(self, name):
        if self._runs:
            self._actor.signal.remote(signal.Signals[name].value)
        elif name == 'SIGTERM':
            self.kill()

    def kill(self):
        """By its actor, which then tells how it ended; else with its actor."""
        if self._runs:
            self.signal('SIGKILL')
            asyncio.get_running_loop().call_later(KILL_SECONDS, self._killed.set)
        else:
            self._killed.set()

    async def _until_killed(self, playing):
        """What it returns; None if it was killed before."""
        task, killed = asyncio.ensure_future(playing), asyncio.ensure_future(self._killed.wait())
        await asyncio.wait([task, killed], return_when=asyncio.FIRST_COMPLETED)
        killed.cancel()
        if task.done():
            return task.result()
        task.cancel()
        return None

    async def _play(self):
        async with self._cluster.bundle(self._wanted['name']) as bundle:
            started = await self._start(bundle)
            if started['host'] is None:
                return {'code': None, 'how': f'it did not start ({started["why"]})'}
            self._runs = True
            self._events.write('started', id=self._wanted['id'], host=started['host'])
            return await self._follow()

    async def _start(self, bundle):
        """In another actor if the first one's node goes while the process has not started."""
        wanted = self._wanted
        message = wanted['message'] or ''
        while True:
            try:
                self._actor = self._cluster.actor(bundle)
                for index in range(0, len(message), MESSAGE_PART):
                    await self._call('add_message', index, message[index:index + MESSAGE_PART])
                return await self._call(
                    'start', wanted['command'], wanted['folder'], wanted['environment'], self._cluster.gpus, wanted['isPrinted'])
            except Exception as error:
                if not self._cluster.is_node_gone(error):
                    raise
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self):
        position = 0
        while True:
            told = await self._call('follow', position, FOLLOW_SECONDS)
            if told['end'] is not None:
                return told['end']
            if told['printed']:
                self._events.write('printed', id=self._wanted['id'], bytes=base64.b64encode(told['printed']).decode())
                position += len(told['printed'])

    async def _call(self, method, *arguments):
        while True:
            try:
                return await getattr(self._actor, method).remote(*arguments)
            except Exception as error:
                if not self._cluster.is_unavailable(error):
                    raise
                await asyncio.sleep(RETRY_SECONDS)


class Lives:
    """All processes."""

    def __init__(self, cluster, events):
        self._cluster = cluster
        self._events = events
        self._lives = {}
        self._tasks = set()

    def obey(self, wish):
        life = self._lives.get(wish['id'])
        if wish['do'] == 'start':
            self._begin(wish)
        elif life is not None and wish['do'] == 'signal':
            life.signal(wish['signal'])
        elif life is not None and wish['do'] == 'kill':
            life.kill()

    def _begin(self, wanted):
        life = self._lives[wanted['id']] = Life(self._cluster, self._events, wanted)
        task = asyncio.ensure_future(life.live())
        self._tasks.add(task)

        def ended(_):
            self._tasks.discard(task)
            del self._lives[wanted['id']]
        task.add_done_callback(ended)

    async def close(self):
        for life in self._lives.values():
            life.kill()
        if self._tasks:
            await asyncio.wait(self._tasks)


def read_lines(queue, loop):
    """Puts each line of standard input into the queue, then None."""
    for line in sys.stdin:
        loop.call_soon_threadsafe(queue.put_nowait, json.loads(line))
    loop.call_soon_threadsafe(queue.put_nowait, None)


def fail_late(events, why):
    events.write('failed', why=why)
    os._exit(0)


async def serve(events):
    queue = asyncio.Queue()
    threading.Thread(target=read_lines, args=(queue, asyncio.get_running_loop()), daemon=True).start()
    opening = await queue.get()
    if opening is None:
        return
    cluster = Cluster(opening, placed_process)
    opened = asyncio.ensure_future(cluster.open(lambda line: events.write('waiting', line=line), lambda why: fail_late(events, why)))
    wish = asyncio.ensure_future(queue.get())
    await asyncio.wait([opened, wish], return_when=asyncio.FIRST_COMPLETED)
    if not opened.done():
        return  # given up while it waited
    try:
        events.write('opened', **opened.result())
    except Failure as failure:
        events.write('failed', why=str(failure))
        return
    except Exception as error:  # of Ray, whatever it is
        events.write('failed', why=f'Ray at {opening["address"]}: {" ".join(str(error).split())}')
        return
    lives = Lives(cluster, events)
    while (wanted := await wish) is not None:
        lives.obey(wanted)
        wish = asyncio.ensure_future(queue.get())
    await lives.close()
    cluster.close()


def main():
    events = Events()
    try:
        asyncio.run(serve(events))
    finally:
        # Threads that wait for room, or for Ray, would keep this process.
        sys.stderr.flush()
        os._exit(0)


if __name__ == '__main__':
    main()
