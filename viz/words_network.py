"""What stands beside a network that is shown as it learned."""

from __future__ import annotations

NETWORK: dict[str, str] = {
    "network_learns": "How the {title} learned",
    "epoch": "Epoch",
    "epoch_of": "epoch {epoch} of {last}",
    "epoch_loss": "{text}, loss {loss}",
}
