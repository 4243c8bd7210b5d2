"""The game of article.py in several processes, joined by DistributedDataParallel (gloo); each has its part of the batch."""

import argparse
import os

import torch
from torch import distributed, multiprocessing
from torch.nn.parallel import DistributedDataParallel

from article import Game, argument_parser, median_seconds, report


def play(rank: int, options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    torch.manual_seed(1 + rank)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(options.port))
    distributed.init_process_group("gloo", rank=rank, world_size=options.processes)
    # The running statistics of batch normalisation stay each process's own, which costs nothing.
    game = Game(options.tuned, lambda network: DistributedDataParallel(network, broadcast_buffers=False))
    seconds = median_seconds(game, options.batch // options.processes, options)
    if rank == 0:
        report(seconds, options.batch)
    distributed.destroy_process_group()


if __name__ == "__main__":
    parser = argument_parser(__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=29611, help="where the processes find each other")
    options = parser.parse_args()
    multiprocessing.spawn(play, (options,), nprocs=options.processes)
