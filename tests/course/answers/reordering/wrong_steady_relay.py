# Fault: sets the relays aside: the sender is linked to the receiver directly.
class NewSender(Sender):
    Outboxes = ("outbox",)

    async def main(self):
        for letter in WORD:
            self.send(letter)
            await self.tick()


class NewReceiver(Receiver):
    pass


def cured():
    screen = Screen()
    screen.name = "screen"
    wires = {("sender", "outbox"): ("receiver", "inbox"), ("receiver", "outbox"): ("screen", "inbox")}
    Graphline(sender=NewSender(), receiver=NewReceiver(), screen=screen, linkages=wires).activate()
    return screen
