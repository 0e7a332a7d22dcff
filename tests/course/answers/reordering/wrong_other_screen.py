# Fault: returns a screen that has the word already and is not part of the system.
class NewSender(Sender):
    pass


class NewReceiver(Receiver):
    pass


def cured():
    wired(NewSender(), NewReceiver())
    screen = Screen()
    screen.text = WORD
    return screen
