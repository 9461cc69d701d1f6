"""Stands in for the front door of KServe's Python package, whose client is its own: that door also opens to its server and
to Kubernetes, which take some thirty packages more."""
import importlib.util
import pathlib
import sys

_here = str(pathlib.Path(__file__).parent.parent)
_found = importlib.machinery.PathFinder.find_spec("kserve", [entry for entry in sys.path if entry != _here])
__path__ = list(_found.submodule_search_locations)

from kserve.inference_client import InferenceGRPCClient, InferenceRESTClient, RESTConfig  # noqa: E402, F401
from kserve.protocol.infer_type import InferInput, InferRequest  # noqa: E402, F401
