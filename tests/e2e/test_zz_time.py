import sys
sys.path.insert(0, "/tmp/e2e")
from stand_in import STAND_IN
from . import probes
from .systems import QUEUE, TICKS
from .test_zz_standin import build
def test_time(desk):
    """x"""
    desk.run(STAND_IN.replace("model.on('change:now', ()=>requestAnimationFrame(draw))", "model.on('change:now', ()=>{window.changed=performance.now(); requestAnimationFrame(draw)})").replace("def got(self, _, content, buffers):", "def got(self, _, content, buffers):\n        import time; t0=time.time()").replace("        if do ==", "        T.append((t0, time.time()))\n        if do =="))
    desk.run("T=[]")
    desk.run(build(QUEUE), 1); desk.run("StandIn(lab)")
    p = desk.panel(2); p.wait("new", 0)
    desk.page.evaluate("() => { window.addEventListener('click', e => { window.ck = [e.timeStamp, performance.now()] }, true) }")
    rows = []
    for i in range(20):
        t = probes.click_to_paint(p, clicks=1)[0]
        ck, changed, origin = desk.page.evaluate("() => [window.ck, window.changed, performance.timeOrigin]")
        rows.append((t, ck, changed, origin))
    T = desk.notebook.value("T")
    for (t, ck, ch, o), (a, b) in zip(rows, T):
        print(f"total {t:.0f} dispatch {ck[1]-ck[0]:.1f} to kernel {a*1000-o-ck[1]:.1f} in kernel {(b-a)*1000:.1f} back {ch+o-b*1000:.1f} to raf {ck[0]+t-ch:.1f}")
import pytest
def test_ping(desk):
    """x"""
    desk.run(STAND_IN)
    desk.run(build(QUEUE), 1); desk.run("StandIn(lab)")
    p = desk.panel(2); p.wait("new", 0)
    for pings in ([], [6], [10], [15], [8,20], [6, 12, 18], []):
        desk.page.evaluate("p => { window.pings = p }", pings)
        t = probes.click_to_paint(p, clicks=20)
        print("PINGS", pings, probes.median(t), sorted(round(x) for x in t))
