#!/usr/bin/env python3
"""Sends the images of digits-test.json to a service, and says which version answered and how often it was right.

    ask.py URL digits-test.json
"""
import json
import sys
import urllib.request

url, file = sys.argv[1:]
test = json.load(open(file))
request = urllib.request.Request(f"{url}/v2/models/digits/infer", json.dumps({"inputs": test["inputs"]}).encode())
answer = json.load(urllib.request.urlopen(request, timeout=30))
said = next(output["data"] for output in answer["outputs"] if output["name"] == "label")
right = sum(a == b for a, b in zip(said, test["labels"], strict=True)) / len(said)
print(f"version {answer['model_version']} is right in {right:.1%}")
