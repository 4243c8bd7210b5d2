"""The game of forget.py in several processes on several hosts, which add their gradients by gloo's all-reduce.

One process is started on each host, and has its part of the batch. The gradients that one optimiser step needs travel as
one vector. The first process prints what article.py prints.
"""

import os

import torch
from torch import Tensor, distributed, nn

from article import argument_parser, median_seconds, report
from forget import Game


class JoinedAdam:
    """Adam whose gradients are the means over all processes. `together` are optimisers that step at the same time."""

    def __init__(self, adam: torch.optim.Adam, together: "list[torch.optim.Adam]") -> None:
        self.adam, self.together = adam, together

    def zero_grad(self) -> None:
        self.adam.zero_grad()

    def step(self) -> None:
        if self.adam is self.together[0]:
            average([parameter.grad for adam in self.together for group in adam.param_groups for parameter in group["params"]])
        self.adam.step()


def average(gradients: "list[Tensor]") -> None:
    joined = nn.utils.parameters_to_vector(gradients)
    distributed.all_reduce(joined)
    nn.utils.vector_to_parameters(joined / distributed.get_world_size(), gradients)


def joined_game(tuned: bool) -> Game:
    game = Game(tuned)
    for network in (game.encoder, game.decoder, game.adversary, game.eraser):
        for tensor in network.state_dict().values():
            distributed.broadcast(tensor, 0)
    together = [game.encoder_adam, game.decoder_adam, game.eraser_adam]
    game.encoder_adam, game.decoder_adam, game.eraser_adam = (JoinedAdam(adam, together) for adam in together)
    game.adversary_adam = JoinedAdam(game.adversary_adam, [game.adversary_adam])
    return game


if __name__ == "__main__":
    parser = argument_parser(__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rank", type=int, required=True, help="of this process")
    parser.add_argument("--address", required=True, help="of the first process's host")
    parser.add_argument("--interface", required=True, help="network interface of this host")
    parser.add_argument("--port", type=int, default=29611, help="where the processes find each other")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    os.environ.update(MASTER_ADDR=options.address, MASTER_PORT=str(options.port), GLOO_SOCKET_IFNAME=options.interface)
    distributed.init_process_group("gloo", rank=options.rank, world_size=options.processes)
    torch.manual_seed(1 + options.rank)
    seconds = median_seconds(joined_game(options.tuned), options.batch // options.processes, options)
    if options.rank == 0:
        report(seconds, options.batch)
    distributed.destroy_process_group()
