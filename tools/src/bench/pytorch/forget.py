"""The game of recipe `forget` in PyTorch, to be measured beside Lethe: networks, losses, optimisers and images of MNIST as there.

What is printed, and `--tuned`, are as in article.py.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from article import CLASSES, argument_parser, decoder, encoder, median_seconds, report

LATENT_SIZE, INNER_STEPS = 6, 6
BETA, WEIGHT_OF_A_NAT, WEIGHT_OF_PREDICTION = 0.02, 0.002, 0.01
COUPLINGS, COUPLING_WIDTH = 8, 64


def adversary() -> nn.Module:
    """[images, 6], brought to deviation 1 as a probe does, to logits [images, 10]."""
    return nn.Sequential(
        nn.BatchNorm1d(LATENT_SIZE, affine=False, track_running_stats=False),
        nn.Linear(LATENT_SIZE, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, CLASSES),
    )


class Eraser(nn.Module):
    """A normalising flow, another one for each class (libs/networks/src/conditional-flow.ts)."""

    def __init__(self) -> None:
        super().__init__()
        self.mean, self.log_deviation = (nn.Parameter(torch.zeros(CLASSES, LATENT_SIZE)) for _ in range(2))
        self.couplings = nn.ModuleList(
            nn.Sequential(
                nn.Linear(LATENT_SIZE + CLASSES, COUPLING_WIDTH), nn.ReLU(), nn.Linear(COUPLING_WIDTH, COUPLING_WIDTH), nn.ReLU(),
                nn.Linear(COUPLING_WIDTH, 2 * LATENT_SIZE),
            )
            for _ in range(COUPLINGS)
        )
        bits = math.ceil(math.log2(LATENT_SIZE))
        self.masks = [
            torch.tensor([float((index >> (coupling // 2 % bits)) % 2 == coupling % 2) for index in range(LATENT_SIZE)])
            for coupling in range(COUPLINGS)
        ]
        for coupling in self.couplings:
            nn.init.zeros_(coupling[-1].weight)
            nn.init.zeros_(coupling[-1].bias)

    def forward(self, latents: Tensor, one_hot: Tensor) -> Tensor:
        """Mean of -ln density of the latents under their classes, less a constant."""
        log_deviation = one_hot @ self.log_deviation
        mapped, log_factors = (latents - one_hot @ self.mean) * (-log_deviation).exp(), -log_deviation
        for mask, coupling in zip(self.masks, self.couplings):
            unbounded, shift = coupling(torch.cat([mapped * mask, one_hot], 1)).chunk(2, 1)
            log_factor = 2 * torch.tanh(unbounded / 2) * (1 - mask)
            mapped, log_factors = mapped * log_factor.exp() + shift * (1 - mask), log_factors + log_factor
        return (mapped.square() / 2 - log_factors).sum(1).mean()


class Game:
    """The networks and their optimisers. The encoder's code is a mean and a logarithm of the variance for each latent number, and its
    own prediction of the label."""

    def __init__(self, tuned: bool) -> None:
        networks = [encoder(2 * LATENT_SIZE + CLASSES, 0), decoder(LATENT_SIZE, 0), adversary(), Eraser()]
        if tuned:
            networks = [network.to(memory_format=torch.channels_last) for network in networks]
        self.encoder, self.decoder, self.adversary, self.eraser = networks
        self.encoder_adam, self.decoder_adam, self.adversary_adam, self.eraser_adam = (
            torch.optim.Adam(network.parameters(), rate, fused=tuned or None)
            for network, rate in zip(networks, (1e-3, 1e-3, 2e-3, 2e-3))
        )

    def play_round(self, images: Tensor, labels: Tensor) -> None:
        mean, log_variance, prediction = self.encoder(images).split([LATENT_SIZE, LATENT_SIZE, CLASSES], 1)
        log_variance = log_variance.clamp(-8, 4)

        read = mean.detach()
        for _ in range(INNER_STEPS):
            self.adversary_adam.zero_grad()
            functional.cross_entropy(self.adversary(read), labels).backward()
            self.adversary_adam.step()

        self.adversary.requires_grad_(False)
        self.encoder_adam.zero_grad()
        self.decoder_adam.zero_grad()
        self.eraser_adam.zero_grad()
        latents = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        one_hot = functional.one_hot(labels, CLASSES).float()
        redrawn = self.decoder(torch.cat([latents, one_hot], 1))
        divergence = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1).mean()
        # What is gained by hiding an image's label ends where the adversary is at chance.
        hidden = -functional.cross_entropy(self.adversary(mean), labels, reduction="none").clamp(max=math.log(CLASSES)).mean()
        game = functional.mse_loss(redrawn, images) + BETA * hidden + WEIGHT_OF_A_NAT * divergence
        predicted = WEIGHT_OF_PREDICTION * functional.cross_entropy(prediction, labels)
        (game + predicted + self.eraser(mean.detach(), one_hot)).backward()
        self.encoder_adam.step()
        self.decoder_adam.step()
        self.eraser_adam.step()
        self.adversary.requires_grad_(True)


if __name__ == "__main__":
    options = argument_parser(__doc__).parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    report(median_seconds(Game(options.tuned), options.batch, options), options.batch)
