"""What the program says of a file, in short."""

import json
import subprocess


def read(program, path):
    """Of the JSON document: totals, shapes of the results, and each row that is not known with its reason; or the
    error."""
    done = subprocess.run([program, "--json", str(path)], capture_output=True, text=True)
    try:
        document = json.loads(done.stdout)
    except json.JSONDecodeError:
        return {"error": f"exit code {done.returncode}: {(done.stderr or done.stdout).strip()[:300]}"}
    if isinstance(document, list):  # the path is a folder
        if len(document) != 1:
            return {"error": f"{len(document)} models found in the folder"}
        document = document[0]
    if "error" in document:
        return {"error": document["error"]["message"]}
    totals = document["totals"]
    results = {}
    for row in document["ops"]:
        for tensor in row["outputs"]:
            results.setdefault(row["scope"], []).append(tensor and tensor["shape"])
    return {"macs": totals["macs"], "params": totals["params"], "trainable_params": totals["trainable_params"],
            "complete": totals["complete"], "outputs": [each["shape"] for each in document["model"]["outputs"]],
            "scopes": results, "warnings": [each["message"] for each in document["warnings"]],
            "unknown": [[row["type"], row["unknown"]] for row in document["ops"] if row["unknown"]]}
