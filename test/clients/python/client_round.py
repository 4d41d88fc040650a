"""The scripted round of the official Python client: `python client_round.py KUBECONFIG`.

Each step prints `ok NAME` or `failed NAME: why`; the test beside this folder (test/clients/python.test.ts) reads those lines.
"""

import sys
import threading
import time

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.rest import ApiException

NAMESPACE = "default"
LABELS = {"round": "python"}


def config_map(name, data=None):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels=LABELS), data=data)


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def refused(code, call, *args, **named):
    """The refusal that the call must end in."""
    try:
        call(*args, **named)
    except ApiException as error:
        expect(error.status == code, f"{error.status} instead of {code}: {error.body}")
        return error
    raise AssertionError(f"{code} was due")


def typed_client(api):
    core = client.CoreV1Api(api)
    made = core.create_namespaced_config_map(NAMESPACE, config_map("typed", {"a": "1"}))
    expect(made.metadata.uid and made.metadata.managed_fields, "uid and managers")
    stale = made.metadata.resource_version
    made.data["a"] = "2"
    core.replace_namespaced_config_map("typed", NAMESPACE, made)
    made.metadata.resource_version = stale
    refused(409, core.replace_namespaced_config_map, "typed", NAMESPACE, made)
    core.patch_namespaced_config_map("typed", NAMESPACE, {"data": {"b": "3"}})
    expect(core.read_namespaced_config_map("typed", NAMESPACE).data == {"a": "2", "b": "3"}, "data")
    core.delete_namespaced_config_map("typed", NAMESPACE)
    refused(404, core.read_namespaced_config_map, "typed", NAMESPACE)


def chunks(api):
    core = client.CoreV1Api(api)
    for number in range(25):
        core.create_namespaced_config_map(NAMESPACE, config_map(f"chunk-{number:02}"))
    names, pages, token = [], 0, None
    while pages == 0 or token:
        page = core.list_namespaced_config_map(NAMESPACE, label_selector="round=python", limit=10, _continue=token)
        names += [item.metadata.name for item in page.items]
        pages, token = pages + 1, page.metadata._continue
    expect(pages == 3 and names == sorted(names) and len(names) == 25, f"{len(names)} in {pages} pages")
    core.delete_collection_namespaced_config_map(NAMESPACE, label_selector="round=python")
    expect(core.list_namespaced_config_map(NAMESPACE, label_selector="round=python").items == [], "some are left")


def watches(api):
    core = client.CoreV1Api(api)
    begin = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version

    def write():
        time.sleep(0.3)
        other = client.CoreV1Api(api)
        other.create_namespaced_config_map(NAMESPACE, config_map("watched", {"a": "1"}))
        other.patch_namespaced_config_map("watched", NAMESPACE, {"data": {"a": "2"}})
        other.delete_namespaced_config_map("watched", NAMESPACE)

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    stream = watch.Watch().stream(
        core.list_namespaced_config_map, NAMESPACE, resource_version=begin, field_selector="metadata.name=watched", timeout_seconds=10
    )
    for event in stream:
        seen.append(event["type"])
        if event["type"] == "DELETED":
            break
    writer.join()
    expect(seen == ["ADDED", "MODIFIED", "DELETED"], seen)
    expired = watch.Watch().stream(core.list_namespaced_config_map, NAMESPACE, resource_version="1000000000", timeout_seconds=1)
    try:
        expect(list(expired) == [], "events of a revision that is yet to come")
    except ApiException as error:
        expect(error.status in (410, 504), error.status)


def server_side_apply(api):
    dynamic_client = dynamic.DynamicClient(api)
    maps = dynamic_client.resources.get(api_version="v1", kind="ConfigMap")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": "1"}}
    dynamic_client.server_side_apply(maps, body, namespace=NAMESPACE, field_manager="one")
    body["data"]["a"] = "2"
    try:
        dynamic_client.server_side_apply(maps, body, namespace=NAMESPACE, field_manager="two")
        raise AssertionError("a conflict was due")
    except dynamic.exceptions.ConflictError as error:
        expect('conflict with \\"one\\"' in str(error.body), error.body)
    forced = dynamic_client.server_side_apply(maps, body, namespace=NAMESPACE, field_manager="two", force_conflicts=True)
    expect(forced.data.a == "2", forced)
    maps.delete(name="applied", namespace=NAMESPACE)


def manifests(api):
    labels = {"app": "python"}
    container = {"name": "main", "image": "registry.example/app:1"}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "python"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
    utils.create_from_dict(api, deployment, namespace=NAMESPACE)
    apps = client.AppsV1Api(api)
    for _ in range(200):
        status = apps.read_namespaced_deployment_status("python", NAMESPACE).status
        if status.available_replicas == 2:
            break
        time.sleep(0.1)
    expect(status.available_replicas == 2, status)
    apps.patch_namespaced_deployment_scale("python", NAMESPACE, {"spec": {"replicas": 0}})
    expect(not apps.read_namespaced_deployment_scale("python", NAMESPACE).spec.replicas, "scale")
    apps.delete_namespaced_deployment("python", NAMESPACE)


def dry_run(api):
    core = client.CoreV1Api(api)
    core.create_namespaced_config_map(NAMESPACE, config_map("dry"), dry_run="All")
    refused(404, core.read_namespaced_config_map, "dry", NAMESPACE)
    body = {"metadata": {"name": "strict"}, "bogus": 1}
    error = refused(400, core.create_namespaced_config_map, NAMESPACE, body, field_validation="Strict")
    expect('unknown field \\"bogus\\"' in error.body, error.body)


STEPS = {
    "typed client": typed_client,
    "lists in chunks": chunks,
    "watches from a revision": watches,
    "server-side apply: conflict and force": server_side_apply,
    "a manifest becomes a rollout, and is scaled": manifests,
    "dry run and strict validation": dry_run,
}


def main():
    api = config.new_client_from_config(config_file=sys.argv[1])
    failed = 0
    for name, step in STEPS.items():
        try:
            step(api)
            print(f"ok {name}")
        except Exception as error:  # Whatever a step ends in is its failure.
            print(f"failed {name}: {type(error).__name__}: {error}".replace("\n", " ")[:300])
            failed += 1
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
