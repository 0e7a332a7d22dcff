// Runs cells in Pyodide under node, in the kernel that JupyterLite uses.
//
// The input is JSON on stdin: Pyodide's folder, whether calls can be suspended (JSPI), the folders to mount, the entries
// to add to sys.path, and the scenarios.
// A scenario is a list of steps. A step is {"cell": code}, or {"message": content}, which a page sends to the widget
// that anywidget opened last. Each scenario that ends writes a line of JSON to stdout; all else goes to stderr.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

let outputs = [];
let widget = null;

async function main({ pyodide, suspends, mounts, path, scenarios }) {
  if (!suspends) { // as in a browser that cannot
    delete WebAssembly.Suspending;
    delete WebAssembly.promising;
  }
  const py = await load(pyodide, mounts, path);
  const take = startKernel(py);
  for (const [name, steps] of Object.entries(scenarios)) {
    const began = performance.now();
    const results = [];
    for (const step of steps) results.push(await take(step));
    console.error(`${name}: ${seconds(began)}`);
    writeFileSync(1, JSON.stringify({ name, results }) + "\n");
  }
}

async function load(pyodide, mounts, path) {
  const began = performance.now();
  const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
  const py = await loadPyodide({ indexURL: `${pyodide}/`, stdout: console.error, stderr: console.error });
  for (const [inside, outside] of Object.entries(mounts)) {
    py.FS.mkdirTree(inside);
    py.FS.mount(py.FS.filesystems.NODEFS, { root: outside }, inside);
  }
  const search = py.pyimport("sys").path;
  for (const folder of path) search.append(folder);
  console.error(`Pyodide: ${seconds(began)}`);
  return py;
}

function startKernel(py) {
  const began = performance.now();
  const kernel = py.pyimport("pyodide_kernel");
  const shell = kernel.ipython_shell;

  const plain = (value) =>
    value instanceof py.ffi.PyProxy ? value.toJs({ dict_converter: Object.fromEntries }) : value;

  const publish = (type, ...names) => (...values) => {
    outputs.push({ type, ...Object.fromEntries(names.map((name, n) => [name, plain(values[n])])) });
  };

  // What JupyterLite's worker sets for each cell.
  kernel.stdout_stream.publish_stream_callback = publish("stream", "name", "text");
  kernel.stderr_stream.publish_stream_callback = publish("stream", "name", "text");
  shell.display_pub.clear_output_callback = publish("clear_output", "wait");
  shell.display_pub.display_data_callback = publish("display_data", "data", "metadata", "transient");
  shell.display_pub.update_display_data_callback = publish("update_display_data", "data", "metadata", "transient");
  shell.displayhook.publish_execution_result = publish("execute_result", "count", "data", "metadata");
  shell.send_comm = (type, content) => {
    publish(type, "content")(content);
    const { comm_id, data } = outputs.at(-1).content;
    if (type === "comm_open" && data.state._model_module === "anywidget") widget = comm_id;
  };
  console.error(`kernel: ${seconds(began)}`);

  async function send(content) {
    const message = { content: { comm_id: widget, data: { method: "custom", content } }, buffers: [] };
    shell.kernel.comm_manager.comm_msg(null, null, py.toPy(message));
    await new Promise((resolve) => setTimeout(resolve, 100)); // a widget may answer in a task
    return { status: "ok" };
  }

  return async function take(step) {
    outputs = [];
    try {
      const result = "cell" in step ? plain(await shell.kernel.run(step.cell)) : await send(step.message);
      return { ...result, outputs };
    } catch (error) {
      return { status: "error", ename: error.name, evalue: error.message, traceback: [], outputs };
    }
  };
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

try {
  await main(JSON.parse(readFileSync(0, "utf8")));
} catch (error) {
  console.error(error.stack ?? error); // node itself would print a line of Pyodide's source, which is a megabyte long
  process.exit(1);
}
process.exit(0);
