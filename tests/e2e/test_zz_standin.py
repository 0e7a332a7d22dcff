import sys
sys.path.insert(0, "/tmp/e2e")
from stand_in import STAND_IN
from . import probes
from .systems import QUEUE, TICKS

def build(system): return system.replace("%%system", "%%system --quiet") 

def test_step(desk):
    """x"""
    desk.run(STAND_IN)
    desk.run(build(QUEUE), 1); desk.run("StandIn(lab)")
    p = desk.panel(2); p.wait("new", 0)
    p.click("Step"); assert p.step == 1 == desk.notebook.value("lab.step_number")
    t = probes.click_to_paint(p); print(t, probes.median(t))
    p.click("Back"); assert p.step == 20

def test_run(desk):
    """x"""
    desk.run(STAND_IN)
    desk.run(build(TICKS), 1); desk.run("StandIn(lab)")
    p = desk.panel(2); p.wait("new", 0)
    since = probes.now(desk.page)
    p.click("Run").wait("running")
    print(desk.traffic.during(2), probes.long_tasks(desk.page, since))
    p.click("Pause").wait("paused")
    print(set(k for _,k,_ in desk.traffic.arrived))

def test_restart(open_notebook):
    """x"""
    import time
    from .panels import Panel
    from .systems import LOAD
    n = open_notebook([LOAD, STAND_IN, build(QUEUE), "StandIn(lab)"])
    n.run_all(); assert n.errors() == []
    p = Panel(n.page, n.output(3).locator(".kamlab-panel")); p.wait("new", 0); p.click("Step")
    t=time.time(); n.reload(); print("reload", time.time()-t); p.wait("new" if False else None, 1); p.click("Step"); assert p.step == 2
    for th in ("JupyterLab Dark","JupyterLab Light"): n.theme(th)
    t=time.time(); n.restart(); print("restart", time.time()-t)
    assert n.value("'lab' in globals()") is False
    print(n.saved()["cells"][3]["outputs"][0]["data"].keys())
