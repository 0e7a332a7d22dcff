# It says: nothing was lost
class Storm(Component):
    pass  # no storm, no losses


class NewShop(Shop):
    pass


class NewBank(Bank):
    pass


def cured():
    return wired(NewShop(), NewBank())
