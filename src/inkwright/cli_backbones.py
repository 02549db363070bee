"""The command `backbones`: pretrained networks, for those who want them."""

from collections.abc import Iterator

import click

from inkwright.cli_options import json_option
from inkwright.events import Event
from inkwright.faces import run


@click.command()
@click.option("--get", default="", metavar="NAME", help="Fetch the weights of this one: vgg19 or clip.")
@click.option("--checkpoint", default="", metavar="NAME", help="Which CLIP, as it is named on the model hub.")
@click.option("--sha256", default="", metavar="HASH", help="What the file of weights must hash to.")
@json_option
def backbones(get: str, checkpoint: str, sha256: str, as_json: bool) -> None:
    """Show which pretrained networks are on this machine; fetch one. The default, embedded, needs none."""

    def work() -> Iterator[Event]:
        from inkwright.operations.backbones import backbones as operation

        yield from operation(get, checkpoint, sha256)

    run(work, as_json)
