import pytest
from .systems import LOAD, QUEUE
@pytest.mark.parametrize("n", range(6))
@pytest.mark.parametrize("front", ["lab"], indirect=True)
def test_z(open_notebook, n):
    """x"""
    LOG = """
import time
from kamlab.notebook.panel.panel import Panel
from kamlab.notebook.panel.still import Still
L = []
for cls, name in ((Panel, "settle"), (Panel, "refresh"), (Still, "draw"), (Still, "_update"), (Panel, "_count")):
    def wrap(cls=cls, name=name, old=getattr(cls, name)):
        def new(self, *a, **k):
            L.append((round(time.time() % 100, 3), name, len(getattr(self, "views", "")), getattr(self, "due", ""), threading.current_thread().name))
            return old(self, *a, **k)
        setattr(cls, name, new)
    wrap()
"""
    nb = open_notebook([LOAD + LOG, QUEUE, "_ = lab.step(9)"])
    nb.run_all()
    from .test_panel_lifecycle import panel_of, stills
    panel_of(nb, 1).wait("paused", 9); print(stills(nb.page))
    saved = nb.saved()
    text = str(saved["cells"][1]["outputs"])
    ok = "step 9" in text
    print("OK" if ok else "STALE", nb.value("time.time() % 100"), nb.errors())
    if not ok:
        for l in nb.value("L"): print(l)
        nb.page.wait_for_timeout(1500)
        print("later:", "step 9" in str(nb.saved()["cells"][1]["outputs"]))
