// The version of Kubernetes that clients and nodes see.

/** What `/version` says as gitVersion. The suffix tells clients apart from an upstream build. */
export const GIT_VERSION = 'v1.36.2+kubewisp';

/** What nodes report as kubeletVersion. */
export const KUBELET_VERSION = 'v1.36.2';

/** Version of the simulated container runtime, `kubewisp://…` in nodeInfo. */
export const RUNTIME_VERSION = '0.1.0';
