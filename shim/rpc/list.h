/*
 * The table of contents of CRI: all 43 rpcs, each with its handler, or with the reason why it is
 * not offered. Prototypes, the dispatch table and the completeness test come from this list; the
 * handler of StopContainer is rpc_stop_container() in shim/rpc/stop_container.c.
 *
 * UNARY and STREAM: service, name, handler's name, request, response, whether it only reads (its
 * log line is then at debug level). ABSENT: service, name, reason.
 */
#ifndef SHIM_RPC_LIST_H
#define SHIM_RPC_LIST_H

// clang-format off
#define RPC_LIST(UNARY, STREAM, ABSENT)                                                            \
    UNARY(runtime, Version, version, VersionRequest, VersionResponse, true)                        \
    UNARY(runtime, RunPodSandbox, run_pod_sandbox, RunPodSandboxRequest, RunPodSandboxResponse, false) \
    UNARY(runtime, StopPodSandbox, stop_pod_sandbox, StopPodSandboxRequest, StopPodSandboxResponse, false) \
    UNARY(runtime, RemovePodSandbox, remove_pod_sandbox, RemovePodSandboxRequest, RemovePodSandboxResponse, false) \
    UNARY(runtime, PodSandboxStatus, pod_sandbox_status, PodSandboxStatusRequest, PodSandboxStatusResponse, true) \
    UNARY(runtime, ListPodSandbox, list_pod_sandbox, ListPodSandboxRequest, ListPodSandboxResponse, true) \
    STREAM(runtime, StreamPodSandboxes, stream_pod_sandboxes, StreamPodSandboxesRequest, StreamPodSandboxesResponse, true) \
    UNARY(runtime, CreateContainer, create_container, CreateContainerRequest, CreateContainerResponse, false) \
    UNARY(runtime, StartContainer, start_container, StartContainerRequest, StartContainerResponse, false) \
    UNARY(runtime, StopContainer, stop_container, StopContainerRequest, StopContainerResponse, false) \
    UNARY(runtime, RemoveContainer, remove_container, RemoveContainerRequest, RemoveContainerResponse, false) \
    UNARY(runtime, ListContainers, list_containers, ListContainersRequest, ListContainersResponse, true) \
    STREAM(runtime, StreamContainers, stream_containers, StreamContainersRequest, StreamContainersResponse, true) \
    UNARY(runtime, ContainerStatus, container_status, ContainerStatusRequest, ContainerStatusResponse, true) \
    UNARY(runtime, UpdateContainerResources, update_container_resources, UpdateContainerResourcesRequest, UpdateContainerResourcesResponse, false) \
    UNARY(runtime, ReopenContainerLog, reopen_container_log, ReopenContainerLogRequest, ReopenContainerLogResponse, false) \
    UNARY(runtime, ExecSync, exec_sync, ExecSyncRequest, ExecSyncResponse, true)                   \
    UNARY(runtime, Exec, exec, ExecRequest, ExecResponse, false)                                   \
    UNARY(runtime, Attach, attach, AttachRequest, AttachResponse, false)                           \
    UNARY(runtime, PortForward, port_forward, PortForwardRequest, PortForwardResponse, false)      \
    UNARY(runtime, ContainerStats, container_stats, ContainerStatsRequest, ContainerStatsResponse, true) \
    UNARY(runtime, ListContainerStats, list_container_stats, ListContainerStatsRequest, ListContainerStatsResponse, true) \
    STREAM(runtime, StreamContainerStats, stream_container_stats, StreamContainerStatsRequest, StreamContainerStatsResponse, true) \
    UNARY(runtime, PodSandboxStats, pod_sandbox_stats, PodSandboxStatsRequest, PodSandboxStatsResponse, true) \
    UNARY(runtime, ListPodSandboxStats, list_pod_sandbox_stats, ListPodSandboxStatsRequest, ListPodSandboxStatsResponse, true) \
    STREAM(runtime, StreamPodSandboxStats, stream_pod_sandbox_stats, StreamPodSandboxStatsRequest, StreamPodSandboxStatsResponse, true) \
    UNARY(runtime, UpdateRuntimeConfig, update_runtime_config, UpdateRuntimeConfigRequest, UpdateRuntimeConfigResponse, false) \
    UNARY(runtime, Status, status, StatusRequest, StatusResponse, true)                            \
    ABSENT(runtime, CheckpointContainer, "Docker Engine has no checkpoints that CRI's format fits") \
    ABSENT(runtime, CheckpointPod, "Docker Engine cannot checkpoint a pod")                        \
    ABSENT(runtime, RestorePod, "Docker Engine cannot restore a pod")                              \
    STREAM(runtime, GetContainerEvents, get_container_events, GetEventsRequest, ContainerEventResponse, true) \
    UNARY(runtime, ListMetricDescriptors, list_metric_descriptors, ListMetricDescriptorsRequest, ListMetricDescriptorsResponse, true) \
    UNARY(runtime, ListPodSandboxMetrics, list_pod_sandbox_metrics, ListPodSandboxMetricsRequest, ListPodSandboxMetricsResponse, true) \
    STREAM(runtime, StreamPodSandboxMetrics, stream_pod_sandbox_metrics, StreamPodSandboxMetricsRequest, StreamPodSandboxMetricsResponse, true) \
    UNARY(runtime, RuntimeConfig, runtime_config, RuntimeConfigRequest, RuntimeConfigResponse, true) \
    ABSENT(runtime, UpdatePodSandboxResources, "the pod's own cgroup belongs to the kubelet")      \
    UNARY(image, ListImages, list_images, ListImagesRequest, ListImagesResponse, true)             \
    STREAM(image, StreamImages, stream_images, StreamImagesRequest, StreamImagesResponse, true)    \
    UNARY(image, ImageStatus, image_status, ImageStatusRequest, ImageStatusResponse, true)         \
    UNARY(image, PullImage, pull_image, PullImageRequest, PullImageResponse, false)                \
    UNARY(image, RemoveImage, remove_image, RemoveImageRequest, RemoveImageResponse, false)        \
    UNARY(image, ImageFsInfo, image_fs_info, ImageFsInfoRequest, ImageFsInfoResponse, true)
// clang-format on

#endif
