"""The game of recipe `avatars` in PyTorch, to be measured beside Lethe: networks, losses, optimisers and rounds as there.

Each of the three steps of a round has a batch of its own (`--batch-per step`), and its networks that do not learn are in evaluation mode
(`--frozen-mode evaluation`). The images are noise, of which a step takes as long as of faces. What is printed, and `--tuned`, are as in
article.py. Images a second are those of one step, as an epoch counts them.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from article import argument_parser, median_seconds, report

BATCH, TURNS, SIDE, IMAGES = 32, 2, 64, 2000
STEPS = TURNS + 1
MAPS, TOLD, LATENT, HIDDEN = (16, 32, 64, 64, 64), 2, 256, 256
BETA, WEIGHT_OF_PREDICTION, RATE_OF_MEANS = 0.02, 0.01, 0.05


def halving(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 4, 2, 1), *([] if inputs == 3 else [nn.BatchNorm2d(outputs)]), nn.LeakyReLU(0.2)]


class Encoder(nn.Module):
    """Images to maps, and what it predicts of what is erased, from what the last convolution reads."""

    def __init__(self) -> None:
        super().__init__()
        stages = [halving(inputs, outputs) for inputs, outputs in zip((3, *MAPS), MAPS)]
        self.first = nn.Sequential(*(layer for stage in stages[:-1] for layer in stage))
        self.last = nn.Sequential(*stages[-1])
        self.prediction = nn.Linear(4 * LATENT, TOLD)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        read = self.first(images)
        return self.last(read), self.prediction(read.flatten(1))


class Decoder(nn.Module):
    """Maps and told values [images, told] to images; every layer reads the told values as maps of one value."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.ConvTranspose2d(inputs + TOLD, outputs, 4, 2, 1, bias=False),
                *([nn.Tanh()] if outputs == 3 else [nn.BatchNorm2d(outputs), nn.ReLU()]),
            )
            for inputs, outputs in zip(MAPS[::-1], (*MAPS[-2::-1], 3))
        )

    def forward(self, maps: Tensor, told: Tensor) -> Tensor:
        for layer in self.layers:
            maps = layer(torch.cat([maps, told[:, :, None, None].expand(-1, -1, *maps.shape[2:])], 1))
        return maps


def adversary() -> nn.Module:
    """Latents, brought to deviation 1 as a probe does, to logits."""
    return nn.Sequential(
        nn.BatchNorm1d(LATENT), nn.Linear(LATENT, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, TOLD)
    )


class Eraser(nn.Module):
    """Means and covariances of the latents of each class (libs/networks/src/class-whitening.ts)."""

    def __init__(self) -> None:
        super().__init__()
        self.means, self.covariances = nn.Parameter(torch.zeros(TOLD, LATENT)), nn.Parameter(torch.eye(LATENT).repeat(TOLD, 1, 1))

    def forward(self, latents: Tensor, one_hot: Tensor) -> Tensor:
        """Mean of half the squared distances to those of an example, by the inverse of the share of its class."""
        of_means = (latents - self.means[:, None]).square().sum(2)
        off = latents - self.means[:, None].detach()
        product = ((off @ self.covariances) * off).sum(2)
        of_covariances = off.square().sum(2).square() - 2 * product + self.covariances.square().sum((1, 2))[:, None]
        return ((of_means + of_covariances).T / 2 * one_hot / one_hot.mean(0).clamp(min=1 / TOLD)).sum(1).mean()


class Game:
    """The networks and their optimisers."""

    def __init__(self, tuned: bool) -> None:
        networks = [Encoder(), Decoder(), adversary()]
        if tuned:
            networks = [network.to(memory_format=torch.channels_last) for network in networks]
        self.encoder, self.decoder, self.adversary = networks
        self.eraser = Eraser()
        self.autoencoder_adam = torch.optim.Adam(
            [*self.encoder.parameters(), *self.decoder.parameters()], 2e-3, (0.5, 0.999), fused=tuned or None
        )
        self.adversary_adam = torch.optim.Adam(self.adversary.parameters(), 2e-3, fused=tuned or None)
        self.eraser_descent = torch.optim.SGD(self.eraser.parameters(), RATE_OF_MEANS)

    def play_round(self, images: Tensor, labels: Tensor) -> None:
        """@param images: of all steps"""
        *of_adversary, of_autoencoder = zip(images.chunk(STEPS), labels.chunk(STEPS))
        for batch in of_adversary:
            self.train_adversary(*batch)
        self.train_autoencoder(*of_autoencoder)

    def train_adversary(self, images: Tensor, labels: Tensor) -> None:
        self.encoder.eval()
        self.adversary.train()
        with torch.no_grad():
            latents = self.encoder(images)[0].flatten(1)
        self.adversary_adam.zero_grad()
        self.eraser_descent.zero_grad()
        erasure = self.eraser(latents, functional.one_hot(labels, TOLD).float())
        (functional.cross_entropy(self.adversary(latents), labels) + erasure).backward()
        self.adversary_adam.step()
        self.eraser_descent.step()

    def train_autoencoder(self, images: Tensor, labels: Tensor) -> None:
        self.encoder.train()
        self.adversary.eval().requires_grad_(False)
        self.autoencoder_adam.zero_grad()
        maps, predicted = self.encoder(images)
        redrawn = self.decoder(maps, functional.one_hot(labels, TOLD).float())
        nats = functional.cross_entropy(self.adversary(maps.flatten(1)), labels, reduction="none")
        prediction = functional.cross_entropy(predicted, labels)
        loss = functional.mse_loss(redrawn, images) - BETA * nats.clamp(max=math.log(TOLD)).mean() + WEIGHT_OF_PREDICTION * prediction
        loss.backward()
        self.autoencoder_adam.step()
        self.adversary.requires_grad_(True)


if __name__ == "__main__":
    options = argument_parser(__doc__, BATCH).parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    faces = torch.rand(IMAGES, 3, SIDE, SIDE).mul(2).sub(1), torch.randint(TOLD, (IMAGES,))
    report(median_seconds(Game(options.tuned), STEPS * options.batch, options, faces), options.batch)
