"""What a page can be measured by: messages that arrive, tasks that block it, the time from click to paint."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

#: Milliseconds between two clicks of somebody in a hurry. Without any, the next click meets what the last one has left
#: to do: messages still under way, and a socket that waits for an acknowledgement before it sends (Nagle).
BETWEEN = 200

#: Loaded before anything else in a page: notes every task of more than 50 ms, as [start, duration], in ms.
LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.longTasks.push([task.startTime, task.duration]);
}).observe({type: 'longtask', buffered: true});
"""

#: Loaded before anything else in a page: from the next click on a button to the end of the frame that shows another
#: step, in ms. A task that is queued while a frame is made is carried out once it is painted; where the step is set
#: between two frames, it takes the next one to paint it. The second number is the beginning of the frame after that.
CLICK_TO_PAINT = """(() => {
let painting = false;
const nextFrame = window.requestAnimationFrame.bind(window);
const afterThis = call => {
    const {port1, port2} = new MessageChannel();
    port1.onmessage = call;
    port2.postMessage(0);
};
window.requestAnimationFrame = call => nextFrame(time => {
    if (!painting) {
        painting = true;
        afterThis(() => { painting = false; });
    }
    call(time);
});
window.armClickToPaint = (root, button) => {
    const before = root.dataset.step;
    let clicked = 0;
    button.addEventListener('click', event => { clicked = event.timeStamp; }, {once: true, capture: true});
    window.clickToPaint = new Promise(resolve => {
        new MutationObserver((_, observer) => {
            if (root.dataset.step === before) return;
            observer.disconnect();
            const taken = [];
            const note = () => {
                taken.push(performance.now() - clicked);
                if (taken.length === 2) resolve(taken.sort((one, other) => one - other));
            };
            if (painting) {
                afterThis(note);
                nextFrame(note);
            } else nextFrame(() => { afterThis(note); nextFrame(note); });
        }).observe(root, {attributes: true, attributeFilter: ['data-step']});
    });
};
})();
"""


class Traffic:
    """The messages that a page gets from its kernels, as they arrive.

    Args:
        page: the browser's page; only sockets that it opens from now on are heard.
    """

    def __init__(self, page: Any) -> None:
        self._page = page
        #: When each message arrived, in seconds, its kind, and its length in bytes.
        self.arrived: list[tuple[float, str, int]] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: Any) -> None:
        if "/channels" in socket.url:
            socket.on("framereceived", self._note)

    def _note(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self.arrived.append((time.monotonic(), kind_of(frame), len(frame)))

    def during(self, seconds: float, kind: str = "comm_msg") -> tuple[int, int]:
        """Listen for so many seconds; return how many messages of this kind came, and the length of the longest."""
        began, from_here = time.monotonic(), len(self.arrived)
        self._page.wait_for_timeout(1000 * seconds)
        over = time.monotonic() - began
        lengths = [length for _, found, length in self.arrived[from_here:] if found == kind]
        return round(len(lengths) * seconds / over), max(lengths, default=0)


def kind_of(frame: bytes) -> str:
    """Return the kind of a kernel's message, as it is framed for a page (v1.kernel.websocket.jupyter.org).

    A frame is the number of its parts' borders, these as 8 bytes each, and the parts: channel, header, ...

    >>> borders = b"".join(n.to_bytes(8, "little") for n in (3, 32, 37, 60))
    >>> kind_of(borders + b'iopub{"msg_type":"comm_msg"}')
    'comm_msg'
    """
    borders = [int.from_bytes(frame[place : place + 8], "little") for place in (16, 24)]
    header = frame[borders[0] : borders[1]]
    _, _, rest = header.partition(b'"msg_type"')
    return rest.split(b'"')[1].decode() if rest else ""


def long_tasks(page: Any, since: float) -> list[float]:
    """Return how long each task took that blocked the page for more than 50 ms since then, in ms."""
    return [
        round(duration, 1) for start, duration in page.evaluate("() => window.longTasks") if start + duration >= since
    ]


def now(page: Any) -> float:
    """Return the page's own time, in ms."""
    return float(page.evaluate("() => performance.now()"))


def click_to_paint(panel: Any, button: str = "Step", clicks: int = 20) -> list[tuple[float, float]]:
    """Click a button so many times; return the times from each click to its picture, and to the frame after, in ms."""
    target = panel.button(button)
    root, element = panel.root.element_handle(), target.element_handle()
    target.scroll_into_view_if_needed()
    taken = []
    for _ in range(clicks):
        panel.page.wait_for_timeout(BETWEEN)
        box = target.bounding_box()
        panel.page.evaluate("([root, button]) => window.armClickToPaint(root, button)", [root, element])
        panel.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        painted, after = panel.page.evaluate("() => window.clickToPaint")
        taken.append((float(painted), float(after)))
    return taken


def slowdown() -> float:
    """Return how much longer a computation takes here, just now, than the processor time that it needs; 1 or more.

    It is 1 on a machine that nobody else uses, and about 2 where two want the same processor.
    """
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.2:
        sum(range(1000))
    return max(1.0, (time.perf_counter() - began) / (time.process_time() - used))


def median(numbers: Sequence[float]) -> float:
    """Return the median, rounded to one decimal."""
    return round(statistics.median(numbers), 1)
