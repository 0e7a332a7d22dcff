# Fault: nothing was written.
class Component(Microprocess):
    def __init__(self):
        super().__init__()
        raise NotImplementedError("step 3, __init__() of Component")
