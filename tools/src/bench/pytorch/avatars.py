"""The game of recipe `avatars` in PyTorch, to be measured beside Lethe: networks, losses, optimisers and rounds as there.

Each of the two steps of a round has a batch of its own (`--batch-per step`), and its networks that do not learn are in evaluation mode
(`--frozen-mode evaluation`). The images are noise, of which a step takes as long as of faces. What is printed, and `--tuned`, are as in
article.py. Images a second are those of one step, as an epoch counts them.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from article import argument_parser, median_seconds, report

BATCH, STEPS, SIDE, IMAGES = 32, 2, 64, 2000
MAPS, TOLD, HIDDEN = (16, 32, 64, 128), 2, 512
FURTHER_MAPS = (256, 256)
BETA, MOST_NORM, DROPOUT = 0.01, 5, 0.3


def halving(inputs: int, outputs: int, *, normalised: bool, dropout: float = 0) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, 4, 2, 1), *([nn.BatchNorm2d(outputs)] if normalised else []), nn.LeakyReLU(0.2),
        *([nn.Dropout(dropout)] if dropout > 0 else []),
    ]


def encoder() -> nn.Module:
    return nn.Sequential(
        *(layer for inputs, outputs in zip((3, *MAPS), MAPS) for layer in halving(inputs, outputs, normalised=inputs != 3))
    )


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


def discriminator() -> nn.Module:
    convolutions = [
        layer
        for inputs, outputs in zip((MAPS[-1], *FURTHER_MAPS), FURTHER_MAPS)
        for layer in halving(inputs, outputs, normalised=True, dropout=DROPOUT)
    ]
    return nn.Sequential(
        *convolutions, nn.Flatten(), nn.Linear(FURTHER_MAPS[-1], HIDDEN), nn.LeakyReLU(0.2), nn.Linear(HIDDEN, TOLD)
    )


class Game:
    """The networks and their optimisers."""

    def __init__(self, tuned: bool) -> None:
        networks = [encoder(), Decoder(), discriminator()]
        if tuned:
            networks = [network.to(memory_format=torch.channels_last) for network in networks]
        self.encoder, self.decoder, self.discriminator = networks
        self.autoencoder_parameters = [*self.encoder.parameters(), *self.decoder.parameters()]
        self.autoencoder_adam, self.discriminator_adam = (
            torch.optim.Adam(parameters, 1e-3, (0.5, 0.999), fused=tuned or None)
            for parameters in (self.autoencoder_parameters, self.discriminator.parameters())
        )

    def play_round(self, images: Tensor, labels: Tensor) -> None:
        """@param images: of both steps"""
        of_discriminator, of_autoencoder = zip(images.chunk(STEPS), labels.chunk(STEPS))
        self.train_discriminator(*of_discriminator)
        self.train_autoencoder(*of_autoencoder)

    def train_discriminator(self, images: Tensor, labels: Tensor) -> None:
        self.encoder.eval()
        self.discriminator.train()
        with torch.no_grad():
            latents = self.encoder(images)
        self.discriminator_adam.zero_grad()
        functional.cross_entropy(self.discriminator(latents), labels).backward()
        nn.utils.clip_grad_norm_(self.discriminator.parameters(), MOST_NORM)
        self.discriminator_adam.step()

    def train_autoencoder(self, images: Tensor, labels: Tensor) -> None:
        self.encoder.train()
        self.discriminator.eval().requires_grad_(False)
        self.autoencoder_adam.zero_grad()
        latents = self.encoder(images)
        redrawn = self.decoder(latents, functional.one_hot(labels, TOLD).float())
        hidden = functional.cross_entropy(self.discriminator(latents), 1 - labels)
        (functional.mse_loss(redrawn, images) + BETA * hidden).backward()
        nn.utils.clip_grad_norm_(self.autoencoder_parameters, MOST_NORM)
        self.autoencoder_adam.step()
        self.discriminator.requires_grad_(True)


if __name__ == "__main__":
    options = argument_parser(__doc__, BATCH).parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    faces = torch.rand(IMAGES, 3, SIDE, SIDE).mul(2).sub(1), torch.randint(TOLD, (IMAGES,))
    report(median_seconds(Game(options.tuned), STEPS * options.batch, options, faces), options.batch)
