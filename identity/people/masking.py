"""What may be seen of contact data without asking: enough to recognise one's own."""


def masked_phone(phone: str) -> str:
    """`0912345678` becomes `091•••••78`."""
    return f"{phone[:3]}•••••{phone[-2:]}"


def masked_address(address: str) -> str:
    """`hongnga80@gmail.com` becomes `h•••••@gmail.com`."""
    local_part, _, domain = address.rpartition("@")
    return f"{local_part[:1]}•••••@{domain}"
