"""A process on the machine of a Ray actor: started, fed, followed and ended. Needs nothing but Python, as Ray sends it to every node."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading

# Characters of what a process wrote last to standard error: its error, with a trace.
LAST_ERRORS = 10_000
# Bytes of one answer. Larger ones would go through Ray's object store, which may write them to a disk.
ANSWER_BYTES = 64 * 1024
# Bytes that wait to be fetched. A process that prints more waits with its next line.
UNFETCHED_BYTES = 1024 * 1024
# After the end of a process, what it started may still hold its output and input open.
LATE_SECONDS = 2

# Becomes the command. Linux kills it with the thread that started it, however that ends. The parent may have been gone before that was
# asked for. Descriptor `report` is closed by the command's start; else it says why there was none.
BECOME_COMMAND = """
import os, sys
report, parent, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
if sys.platform == 'linux':
    import ctypes
    ctypes.CDLL(None).prctl(1, 9)
if os.getppid() != parent:
    os._exit(1)
os.set_inheritable(report, False)
try:
    os.execvp(command[0], command)
except OSError as error:
    os.write(report, f'{command[0]}: {error.strerror}'.encode())
    os._exit(127)
"""


def environment_of(there, wanted, gpus):
    """The variables of `there` with those that are wanted; null removes one. Without GPUs it sees none of those of the machine."""
    merged = {**there, **({} if gpus else {'CUDA_VISIBLE_DEVICES': ''}), **wanted}
    return {name: value for name, value in merged.items() if value is not None}


def end_of(returncode):
    """Exit code and words for the end of a process."""
    if returncode >= 0:
        return {'code': returncode, 'how': f'exit code {returncode}'}
    try:
        name = signal.Signals(-returncode).name
    except ValueError:
        name = f'signal {-returncode}'
    return {'code': None, 'how': f'killed by {name}'}


def host():
    """The machine, as Ray calls its node, where this is called in one of Ray's processes."""
    ray = sys.modules.get('ray')
    return socket.gethostname() if ray is None else ray.util.get_node_ip_address()


class PlacedProcess:
    """One process. Calls may be repeated: Ray cannot tell whether one that got no answer has arrived."""

    def __init__(self):
        self._message = {}
        self._changed = threading.Condition()
        self._starting = False
        self._started = None
        self._process = None
        self._printed = bytearray()
        self._fetched = 0
        self._errors = bytearray()
        self._end = None

    def add_message(self, index, part):
        """Takes a part of the first line of standard input."""
        self._message[index] = part

    def start(self, command, folder, environment, gpus, is_printed):
        """Starts it. Returns the host that it runs on, or why it did not start."""
        with self._changed:
            if not self._starting:
                self._starting = True
                wanted = environment_of(os.environ, environment, gpus)
                threading.Thread(target=self._live, args=(command, folder, wanted, is_printed), daemon=True).start()
            self._changed.wait_for(lambda: self._started is not None)
            return self._started

    def follow(self, position, seconds):
        """What it has printed from that byte on, and its end after the last of it. Waits that long for either."""
        with self._changed:
            del self._printed[:max(0, position - self._fetched)]
            self._fetched = max(self._fetched, position)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._printed or self._end is not None, seconds)
            printed = bytes(self._printed[:ANSWER_BYTES])
            return {'printed': printed, 'end': None if printed else self._end}

    def signal(self, number):
        """Sends it a signal, if it runs."""
        if self._process is not None and self._end is None:
            self._process.send_signal(number)

    def _live(self, command, folder, environment, is_printed):
        """From its start to its end in one thread: with this thread it is killed."""
        report, reported = os.pipe()
        become = [sys.executable, '-I', '-S', '-c', BECOME_COMMAND, str(reported), str(os.getpid()), *command]
        try:
            process = subprocess.Popen(
                become, cwd=folder, env=environment, pass_fds=[reported], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if is_printed else subprocess.DEVNULL,
                stderr=subprocess.STDOUT if is_printed else subprocess.PIPE,
            )
        except OSError as error:
            self._tell_start({'host': None, 'why': f'{error.filename or command[0]}: {error.strerror}'})
            return
        finally:
            os.close(reported)
        with os.fdopen(report, 'rb') as why:
            failure = why.read().decode(errors='replace')
        if failure:
            process.wait()
            self._tell_start({'host': None, 'why': failure})
            return
        self._process = process
        output = process.stdout if is_printed else process.stderr
        reader = threading.Thread(target=self._read, args=(output, is_printed), daemon=True)
        reader.start()
        writer = threading.Thread(target=self._write, args=(process.stdin,), daemon=True)
        writer.start()
        self._tell_start({'host': host(), 'why': None})
        process.wait()
        reader.join(LATE_SECONDS)
        writer.join(LATE_SECONDS)
        if not writer.is_alive():
            with contextlib.suppress(OSError):
                process.stdin.close()
        self._tell_end(process.returncode)

    def _tell_start(self, started):
        with self._changed:
            self._started = started
            self._changed.notify_all()

    def _tell_end(self, returncode):
        with self._changed:
            self._end = {**end_of(returncode), 'errors': self._errors.decode(errors='replace')[-LAST_ERRORS:]}
            self._changed.notify_all()

    def _read(self, output, is_printed):
        with output:
            while part := output.read1(ANSWER_BYTES):
                with self._changed:
                    if is_printed:
                        self._changed.wait_for(lambda: len(self._printed) < UNFETCHED_BYTES)
                        self._printed += part
                    else:
                        self._errors = (self._errors + part)[-4 * LAST_ERRORS:]
                    self._changed.notify_all()

    def _write(self, stdin):
        """Its standard input stays open after the message, until this process ends."""
        parts = [self._message[index] for index in sorted(self._message)]
        self._message.clear()
        # It may have ended: that is told elsewhere.
        with contextlib.suppress(OSError):
            if parts:
                stdin.write(''.join(parts).encode() + b'\n')
            stdin.flush()
