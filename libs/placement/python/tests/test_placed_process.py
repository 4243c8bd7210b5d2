import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

from placed_process import ANSWER_BYTES, LAST_ERRORS, PlacedProcess, end_of, environment_of

LONGEST_SECONDS = 20


def started(code, message=None, environment=None, is_printed=True, folder='/'):
    process = PlacedProcess()
    for index, part in enumerate(message or []):
        process.add_message(index, part)
    told = process.start([sys.executable, '-c', textwrap.dedent(code)], folder, environment or {}, 0, is_printed)
    return process, told


def until_end(process):
    printed, position, deadline = b'', 0, time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        told = process.follow(position, 1)
        if told['end'] is not None:
            return printed, told['end']
        assert len(told['printed']) <= ANSWER_BYTES
        printed += told['printed']
        position += len(told['printed'])
    raise AssertionError(f'expected an end, found {printed!r}')


class APlacedProcess(unittest.TestCase):
    def test_gets_its_message_in_order_and_keeps_its_input_open(self):
        process, told = started("""
            import os, select, sys
            line, ends = sys.stdin.readline().strip(), len(select.select([0], [], [], 0.3)[0])
            print(line, ends, os.getcwd(), os.environ['GIVEN'], 'HOME' in os.environ)
        """, ['first ', 'höher'], {'GIVEN': "it's $given", 'HOME': None})
        self.assertIsNone(told['why'])
        printed, end = until_end(process)
        self.assertEqual(printed.decode(), "first höher 0 / it's $given False\n")
        self.assertEqual(end, {'code': 0, 'how': 'exit code 0', 'errors': ''})

    def test_waits_with_what_nobody_fetches_and_loses_none_of_it(self):
        process, _ = started("import sys; sys.stdout.write('0123456789' * 400_000)")
        first = process.follow(0, LONGEST_SECONDS)['printed']
        self.assertTrue(process.follow(0, 1)['printed'].startswith(first))
        printed, end = until_end(process)
        self.assertEqual((len(printed), end['code']), (4_000_000, 0))

    def test_keeps_the_last_of_its_errors(self):
        process, _ = started("import sys; print('out'); sys.stderr.write('x' * 50_000 + 'why'); sys.exit(7)", is_printed=False)
        printed, end = until_end(process)
        self.assertEqual((printed, end['code'], len(end['errors']), end['errors'][-4:]), (b'', 7, LAST_ERRORS, 'xwhy'))

    def test_hears_signals_and_names_the_one_that_ends_it(self):
        process, _ = started('import time; print(1, flush=True); time.sleep(100)')
        self.assertTrue(process.follow(0, LONGEST_SECONDS)['printed'].startswith(b'1'))
        process.signal(signal.SIGTERM)
        self.assertEqual(until_end(process)[1], {'code': None, 'how': 'killed by SIGTERM', 'errors': ''})
        process.signal(signal.SIGTERM)

    def test_says_why_it_did_not_start(self):
        for command, folder, why in [
            (['/no/such/program'], '/', '/no/such/program: No such file or directory'),
            (['true'], '/no/such/folder', '/no/such/folder: No such file'),
        ]:
            told = PlacedProcess().start(command, folder, {}, 0, False)
            self.assertIsNone(told['host'])
            self.assertIn(why, told['why'])

    def test_is_started_once_however_often_that_is_asked_for(self):
        process, told = started("print('once')")
        self.assertEqual(process.start(['false'], '/', {}, 0, True), told)
        self.assertEqual(until_end(process)[0], b'once\n')

    @unittest.skipUnless(sys.platform == 'linux', 'Linux alone kills a child with its parent')
    def test_is_killed_with_whoever_started_it(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, 'pid')
            code = f"""
                import os, time
                from placed_process import PlacedProcess
                stays = ['sh', '-c', 'echo $$ > "$1.part"; mv "$1.part" "$1"; exec sleep 100', 'sh', {file!r}]
                PlacedProcess().start(stays, '/', {{}}, 0, False)
                time.sleep(100)
            """
            environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)}
            parent = subprocess.Popen([sys.executable, '-c', textwrap.dedent(code)], env=environment)
            deadline = time.monotonic() + LONGEST_SECONDS
            while not os.path.exists(file) and time.monotonic() < deadline:
                time.sleep(0.01)
            with open(file, encoding='utf-8') as text:
                child = int(text.read())
            os.kill(child, 0)
            parent.kill()
            parent.wait()
            while time.monotonic() < deadline:
                try:
                    os.kill(child, 0)
                except ProcessLookupError:
                    return
                time.sleep(0.01)
            self.fail(f'process {child} has outlived the one that started it')


class WhatAProcessIsGiven(unittest.TestCase):
    def test_is_what_is_there_and_what_is_wanted_and_no_gpu_that_is_not(self):
        there = {'PATH': '/bin', 'CUDA_VISIBLE_DEVICES': '3'}
        self.assertEqual(environment_of(there, {'A': 'b', 'PATH': None}, 1), {'CUDA_VISIBLE_DEVICES': '3', 'A': 'b'})
        self.assertEqual(environment_of(there, {}, 0), {'PATH': '/bin', 'CUDA_VISIBLE_DEVICES': ''})

    def test_ends_are_told_in_words(self):
        self.assertEqual([end_of(7), end_of(-9), end_of(-64)['how']], [
            {'code': 7, 'how': 'exit code 7'}, {'code': None, 'how': 'killed by SIGKILL'}, 'killed by SIGRTMAX',
        ])
