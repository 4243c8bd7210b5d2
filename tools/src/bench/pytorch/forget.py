"""The game of recipe `forget` in PyTorch, to be measured beside Lethe: networks, losses, optimisers and images of MNIST as there.

What is printed, and `--tuned`, are as in article.py.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from article import CLASSES, argument_parser, decoder, encoder, median_seconds, report

LATENT_SIZE, INNER_STEPS = 6, 6
BETA, WEIGHT_OF_A_NAT = 0.02, 0.002


def adversary() -> nn.Module:
    """[images, 6], brought to deviation 1 as a probe does, to logits [images, 10]."""
    return nn.Sequential(
        nn.BatchNorm1d(LATENT_SIZE, affine=False, track_running_stats=False),
        nn.Linear(LATENT_SIZE, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, CLASSES),
    )


class Game:
    """The three networks and their optimisers. The encoder's code is a mean and a logarithm of the variance for each latent number."""

    def __init__(self, tuned: bool) -> None:
        networks = [encoder(2 * LATENT_SIZE, 0), decoder(LATENT_SIZE, 0), adversary()]
        if tuned:
            networks = [network.to(memory_format=torch.channels_last) for network in networks]
        self.encoder, self.decoder, self.adversary = networks
        self.encoder_adam, self.decoder_adam, self.adversary_adam = (
            torch.optim.Adam(network.parameters(), rate, fused=tuned or None) for network, rate in zip(networks, (1e-3, 1e-3, 2e-3))
        )

    def play_round(self, images: Tensor, labels: Tensor) -> None:
        mean, log_variance = self.encoder(images).chunk(2, 1)
        log_variance = log_variance.clamp(-8, 4)

        read = mean.detach()
        for _ in range(INNER_STEPS):
            self.adversary_adam.zero_grad()
            functional.cross_entropy(self.adversary(read), labels).backward()
            self.adversary_adam.step()

        self.adversary.requires_grad_(False)
        self.encoder_adam.zero_grad()
        self.decoder_adam.zero_grad()
        latents = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        redrawn = self.decoder(torch.cat([latents, functional.one_hot(labels, CLASSES).float()], 1))
        divergence = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1).mean()
        # What is gained by hiding an image's label ends where the adversary is at chance.
        hidden = -functional.cross_entropy(self.adversary(mean), labels, reduction="none").clamp(max=math.log(CLASSES)).mean()
        (functional.mse_loss(redrawn, images) + BETA * hidden + WEIGHT_OF_A_NAT * divergence).backward()
        self.encoder_adam.step()
        self.decoder_adam.step()
        self.adversary.requires_grad_(True)


if __name__ == "__main__":
    options = argument_parser(__doc__).parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    report(median_seconds(Game(options.tuned), options.batch, options), options.batch)
