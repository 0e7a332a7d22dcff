"""kamlab in Pyodide, as in JupyterLite: Python in WebAssembly, without threads and without sockets.

Pyodide runs under node here, with the kernel that JupyterLite uses. The tests need node and npm. The first run
downloads Pyodide and the wheels; see :mod:`.preparing`.
"""
