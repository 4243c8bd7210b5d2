import unittest

from ray_words import connection_failure, is_node_gone, one_line, why

# As Ray 2.60.0 says them.
OTHER_VERSION = """Version mismatch: The cluster was started with:
    Ray: 2.60.0
    Python: 3.11.7
This process on node 127.0.0.2 was started with:
    Ray: 2.59.0
    Python: 3.12.1
"""
NODE_DIED = """The actor died unexpectedly before finishing this task.
\tclass_name: PlacedProcess
\tactor_id: 3ac2da439952c857cdffe31901000000
\tip: 127.0.0.4
The actor died because its node has died. Node Id: bfde5760de0b0c0beb8bead55047a18dd273f598e204b0b608d9dd36
\tthe actor's node was terminated unexpectedly: health check failed due to missing too many heartbeats"""
WORKER_DIED = """The actor died unexpectedly before finishing this task.
\tclass_name: PlacedProcess
\tip: 127.0.0.4
The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR"""


class WhatRaySays(unittest.TestCase):
    def test_of_versions_names_both(self):
        self.assertEqual(
            connection_failure('head:6379', one_line(OTHER_VERSION)),
            'Ray at head:6379: expected its own versions, Ray 2.60.0 and Python 3.11.7, found Ray 2.59.0 and Python 3.12.1; name a Python '
            'that has them')

    def test_of_a_cluster_that_is_not_there_is_passed_on(self):
        self.assertEqual(
            connection_failure('auto', 'Could not find any running Ray instance.'),
            'Ray at auto: expected a running cluster with a node on this machine, found: Could not find any running Ray instance.')

    def test_of_a_node_is_told_from_what_it_says_of_a_process(self):
        self.assertTrue(is_node_gone(one_line(NODE_DIED)))
        self.assertFalse(is_node_gone(one_line(WORKER_DIED)))
        self.assertEqual(why(one_line(NODE_DIED), True), 'its node 127.0.0.4 is gone')
        self.assertIn('its worker process has died', why(one_line(WORKER_DIED), False))
