"""The article's game in PyTorch, to be measured beside Lethe: the same networks, losses, optimisers and images of MNIST.

Prints the median time of a round and images a second. `--tuned` is PyTorch at its fastest on a CPU: channels-last
convolutions and Adam fused into one pass. (A memory allocator that keeps what is freed belongs to it: see ../peers.ts.)
"""

import argparse
import gzip
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

CLASSES, LATENT_SIZE = 10, 10
LEARNING_RATE = 1e-4
WARM_UP_ROUNDS = 5


def dropped(rate: float) -> list[nn.Module]:
    return [nn.Dropout(rate)] if rate > 0 else []


def convolution(inputs: int, outputs: int, dropout: float) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2), *dropped(dropout)
    )


def encoder(code_size: int, dropout: float) -> nn.Module:
    """[images, 1, 28, 28] to [images, code_size], without an activation at the end."""
    return nn.Sequential(
        convolution(1, 16, dropout), convolution(16, 32, dropout), nn.Flatten(),
        nn.Linear(1568, 512), nn.BatchNorm1d(512), nn.LeakyReLU(0.2), nn.Linear(512, code_size),
    )


def decoder(latent_size: int, dropout: float) -> nn.Module:
    """[images, latent_size + 10] to [images, 1, 28, 28]."""
    return nn.Sequential(
        nn.Linear(latent_size + CLASSES, 512), nn.BatchNorm1d(512), nn.LeakyReLU(0.2),
        nn.Linear(512, 1568), nn.LeakyReLU(0.2), nn.Unflatten(1, (32, 7, 7)),
        nn.ConvTranspose2d(32, 16, 3, stride=2), nn.BatchNorm2d(16), nn.ReLU(), *dropped(dropout),
        nn.ConvTranspose2d(16, 1, 2, stride=2, padding=1), nn.Tanh(),
    )


def classifier() -> nn.Module:
    """[images, 10] to logits [images, 10]."""
    return nn.Sequential(
        nn.Linear(LATENT_SIZE, 40), nn.Tanh(), nn.Dropout(0.3), nn.Linear(40, 40), nn.Tanh(), nn.Dropout(0.3), nn.Linear(40, CLASSES)
    )


def training_images(folder: Path) -> tuple[Tensor, Tensor]:
    """Images [60000, 1, 28, 28] from -1 to 1, and their labels."""

    def elements(name: str, header_bytes: int) -> Tensor:
        plain = folder / name
        content = plain.read_bytes() if plain.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
        return torch.frombuffer(bytearray(content[header_bytes:]), dtype=torch.uint8)

    images = elements("train-images-idx3-ubyte", 16).float().div(127.5).sub(1).view(-1, 1, 28, 28)
    return images, elements("train-labels-idx1-ubyte", 8).long()


class Game:
    """The three networks and their optimisers. `joined` is put around each network that is trained."""

    def __init__(self, tuned: bool, joined: Callable[[nn.Module], nn.Module] = lambda network: network) -> None:
        activated_encoder = nn.Sequential(encoder(LATENT_SIZE, 0.2), nn.LeakyReLU(0.2))
        networks = [activated_encoder, decoder(LATENT_SIZE, 0.2), classifier()]
        if tuned:
            networks = [network.to(memory_format=torch.channels_last) for network in networks]
        # While the encoder hides the label the classifier is not trained: nobody has to hear of its gradients.
        self.untrained_classifier = networks[2]
        self.encoder, self.decoder, self.classifier = (joined(network) for network in networks)
        self.encoder_adam, self.decoder_adam, self.classifier_adam = (
            torch.optim.Adam(network.parameters(), LEARNING_RATE, fused=tuned or None) for network in networks
        )

    def play_round(self, images: Tensor, labels: Tensor) -> None:
        latents = self.encoder(images)

        self.classifier_adam.zero_grad()
        functional.cross_entropy(self.classifier(latents.detach()), labels).backward()
        self.classifier_adam.step()

        self.untrained_classifier.requires_grad_(False)
        self.encoder_adam.zero_grad()
        self.decoder_adam.zero_grad()
        redrawn = self.decoder(torch.cat([latents, functional.one_hot(labels, CLASSES).float()], 1))
        readable = functional.cross_entropy(self.untrained_classifier(latents), labels)
        (functional.mse_loss(redrawn, images) - readable).backward()
        self.encoder_adam.step()
        self.decoder_adam.step()
        self.untrained_classifier.requires_grad_(True)


class PlaysRounds(Protocol):
    def play_round(self, images: Tensor, labels: Tensor) -> None: ...


def median_seconds(
    game: PlaysRounds, batch: int, options: argparse.Namespace, examples: tuple[Tensor, Tensor] | None = None
) -> float:
    """Of a round of so many images drawn at random, of MNIST unless others are given; gathering them counts."""
    images, labels = examples or training_images(options.data)
    seconds = []
    for _ in range(WARM_UP_ROUNDS + options.rounds):
        began = time.perf_counter()
        chosen = torch.randint(len(images), (batch,))
        batch_images = images[chosen]
        if options.tuned:
            batch_images = batch_images.contiguous(memory_format=torch.channels_last)
        game.play_round(batch_images, labels[chosen])
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds[WARM_UP_ROUNDS:])


def argument_parser(description: str | None, batch: int = 256) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's files")
    parser.add_argument("--threads", type=int, required=True, help="of each process")
    parser.add_argument("--batch", type=int, default=batch, help="images a round, of all processes together")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--tuned", action="store_true")
    return parser


def report(seconds: float, batch: int) -> None:
    print(f"PyTorch {torch.__version__}: {1000 * seconds:.1f} ms a round, {batch / seconds:.0f} images/s")


if __name__ == "__main__":
    options = argument_parser(__doc__).parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    report(median_seconds(Game(options.tuned), options.batch, options), options.batch)
