#!/usr/bin/env python3
"""Writes a small image as an OCI image layout (image-spec 1.0): oci.py FOLDER TAG [TEXT]; the one layer has a file of TEXT."""
import gzip
import hashlib
import io
import json
import os
import sys
import tarfile


def main():
    folder, tag = sys.argv[1:3]
    text = (sys.argv[3] if len(sys.argv) > 3 else "hello").encode()
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs, exist_ok=True)

    def put(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(blobs, digest), "wb") as blob:
            blob.write(data)
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}

    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        entry = tarfile.TarInfo("hello.txt")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    layer = put(gzip.compress(plain.getvalue(), mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")
    config = put(json.dumps({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(plain.getvalue()).hexdigest()]},
    }).encode(), "application/vnd.oci.image.config.v1+json")
    manifest = put(json.dumps({"schemaVersion": 2, "config": config, "layers": [layer]}).encode(),
                   "application/vnd.oci.image.manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": tag}
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as index:
        json.dump({"schemaVersion": 2, "manifests": [manifest]}, index)
    with open(os.path.join(folder, "oci-layout"), "w", encoding="utf-8") as layout:
        json.dump({"imageLayoutVersion": "1.0.0"}, layout)


main()
