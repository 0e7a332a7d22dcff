# It says: low was dispatched before high
class CuredProcessor(Processor):
    def priority(self, who):
        return 1  # nobody is urgent any more: first come, first served


def cured():
    return system(CuredProcessor())
