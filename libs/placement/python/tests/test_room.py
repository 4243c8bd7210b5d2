import unittest

from room import FreeBundles, in_words, of_all, room_for, without

NODES = [{'CPU': 8, 'GPU': 2}, {'CPU': 3}, {'CPU': 2, 'GPU': 1}]


class Room(unittest.TestCase):
    def test_is_counted_node_by_node(self):
        for bundle, count in [({'CPU': 1, 'GPU': 0}, 13), ({'CPU': 2, 'GPU': 0}, 6), ({'CPU': 2, 'GPU': 1}, 3), ({'CPU': 9, 'GPU': 0}, 0)]:
            self.assertEqual(room_for(NODES, bundle), count, bundle)

    def test_is_less_where_some_is_held(self):
        self.assertEqual(room_for(without(NODES, 0, {'CPU': 5}), {'CPU': 2, 'GPU': 1}), 2)
        self.assertIsNone(without(NODES, 1, {'CPU': 4}))

    def test_is_said_in_words(self):
        self.assertEqual(in_words({'CPU': 1.0, 'GPU': 2.0}), '1 core and 2 GPUs')
        self.assertEqual(of_all([('b', NODES[2]), ('a', NODES[1])]), 'a has 3 cores and 0 GPUs, b has 2 cores and 1 GPU')
        self.assertEqual(of_all([]), 'no node')


class Bundles(unittest.TestCase):
    def test_are_taken_by_the_same_name_again_if_they_are_free(self):
        free = FreeBundles(3)
        self.assertEqual([free.take(name) for name in 'abcd'], [0, 1, 2, None])
        free.give_back(0)
        free.give_back(1)
        self.assertEqual(free.take('b'), 1)
        free.give_back(1)
        self.assertEqual(free.take('d'), 0)
        self.assertEqual(free.take('a'), 1)
