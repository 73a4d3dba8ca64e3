"""The build without sanitizers that was made beside this one, for what they hide or make too slow."""
import os
import pathlib


def plain(name):
    """The path of this program there; None where there is none."""
    plugins = os.environ.get("FOREIGN_PLUGIN_DIR")
    path = plugins and pathlib.Path(plugins).parent / name
    return str(path) if path and path.exists() else None


def sanitized(path):
    """Whether the program was built with sanitizers, which keep what was freed."""
    content = pathlib.Path(path).read_bytes()
    return b"__asan_init" in content or b"__tsan_init" in content
