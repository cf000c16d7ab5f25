/*
 * The metric families, cAdvisor's names and meanings, in one list: descriptors and values come from
 * it. Kubelets print what they get under these names, so dashboards written for cAdvisor work.
 *
 * FIGURE: id, name, help, type, labels, figure of struct reading, divisor, whether an unknown one
 * (no limit) is shown as 0. OTHER: the same without the last three; shim/stats/metric.c has the
 * values. CRI's values are whole numbers, so seconds are whole ones.
 */
#ifndef SHIM_STATS_METRIC_LIST_H
#define SHIM_STATS_METRIC_LIST_H

// clang-format off
#define METRIC_LIST(FIGURE, OTHER)                                                                 \
    FIGURE(CPU_USER, "container_cpu_user_seconds_total", "CPU time spent in user mode, in seconds.", COUNTER, BASE, cpu_user_ns, NS_PER_S, false) \
    FIGURE(CPU_SYSTEM, "container_cpu_system_seconds_total", "CPU time spent in the kernel, in seconds.", COUNTER, BASE, cpu_system_ns, NS_PER_S, false) \
    FIGURE(CPU_USAGE, "container_cpu_usage_seconds_total", "CPU time spent, in seconds.", COUNTER, CPU, cpu_usage_ns, NS_PER_S, false) \
    FIGURE(CPU_PERIODS, "container_cpu_cfs_periods_total", "Enforcement periods of the CPU limit that have passed.", COUNTER, BASE, cpu_periods, 1, false) \
    FIGURE(CPU_THROTTLED_PERIODS, "container_cpu_cfs_throttled_periods_total", "Periods in which the CPU limit was reached.", COUNTER, BASE, cpu_throttled_periods, 1, false) \
    FIGURE(CPU_THROTTLED, "container_cpu_cfs_throttled_seconds_total", "Time in which the CPU limit held the container back, in seconds.", COUNTER, BASE, cpu_throttled_ns, NS_PER_S, false) \
    FIGURE(MEMORY_CACHE, "container_memory_cache", "Page cache, in bytes.", GAUGE, BASE, memory_cache_bytes, 1, false) \
    FIGURE(MEMORY_RSS, "container_memory_rss", "Anonymous memory, in bytes.", GAUGE, BASE, memory_rss_bytes, 1, false) \
    FIGURE(MEMORY_KERNEL, "container_memory_kernel_usage", "Memory that the kernel uses for the container, in bytes.", GAUGE, BASE, memory_kernel_bytes, 1, false) \
    FIGURE(MEMORY_MAPPED, "container_memory_mapped_file", "Files mapped into memory, in bytes.", GAUGE, BASE, memory_mapped_bytes, 1, false) \
    FIGURE(MEMORY_SWAP, "container_memory_swap", "Swap in use, in bytes.", GAUGE, BASE, swap_usage_bytes, 1, true) \
    FIGURE(MEMORY_LIMIT_HITS, "container_memory_failcnt", "How often memory usage has reached its limit.", COUNTER, BASE, memory_limit_hits, 1, false) \
    FIGURE(MEMORY_USAGE, "container_memory_usage_bytes", "Memory in use with all page cache, in bytes.", GAUGE, BASE, memory_usage_bytes, 1, false) \
    FIGURE(MEMORY_PEAK, "container_memory_max_usage_bytes", "The most memory that was in use, in bytes.", GAUGE, BASE, memory_peak_bytes, 1, false) \
    FIGURE(MEMORY_WORKING_SET, "container_memory_working_set_bytes", "Memory in use without inactive page cache, in bytes.", GAUGE, BASE, memory_working_set_bytes, 1, false) \
    FIGURE(MEMORY_ACTIVE_FILE, "container_memory_total_active_file_bytes", "Active page cache, in bytes.", GAUGE, BASE, memory_active_file_bytes, 1, false) \
    FIGURE(MEMORY_INACTIVE_FILE, "container_memory_total_inactive_file_bytes", "Inactive page cache, in bytes.", GAUGE, BASE, memory_inactive_file_bytes, 1, false) \
    OTHER(MEMORY_FAILURES, "container_memory_failures_total", "Page faults, by kind.", COUNTER, FAILURE) \
    FIGURE(OOM_EVENTS, "container_oom_events_total", "Processes killed for lack of memory.", COUNTER, BASE, oom_kills, 1, false) \
    OTHER(HUGETLB_USAGE, "container_hugetlb_usage_bytes", "Huge pages in use, in bytes.", GAUGE, PAGE_SIZE) \
    OTHER(HUGETLB_PEAK, "container_hugetlb_max_usage_bytes", "The most huge pages that were in use, in bytes.", GAUGE, PAGE_SIZE) \
    OTHER(RX_BYTES, "container_network_receive_bytes_total", "Bytes received.", COUNTER, INTERFACE) \
    OTHER(RX_PACKETS, "container_network_receive_packets_total", "Packets received.", COUNTER, INTERFACE) \
    OTHER(RX_DROPPED, "container_network_receive_packets_dropped_total", "Packets dropped while receiving.", COUNTER, INTERFACE) \
    OTHER(RX_ERRORS, "container_network_receive_errors_total", "Errors while receiving.", COUNTER, INTERFACE) \
    OTHER(TX_BYTES, "container_network_transmit_bytes_total", "Bytes sent.", COUNTER, INTERFACE)   \
    OTHER(TX_PACKETS, "container_network_transmit_packets_total", "Packets sent.", COUNTER, INTERFACE) \
    OTHER(TX_DROPPED, "container_network_transmit_packets_dropped_total", "Packets dropped while sending.", COUNTER, INTERFACE) \
    OTHER(TX_ERRORS, "container_network_transmit_errors_total", "Errors while sending.", COUNTER, INTERFACE) \
    OTHER(FS_INODES_FREE, "container_fs_inodes_free", "Free inodes of the filesystem.", GAUGE, DEVICE) \
    OTHER(FS_INODES, "container_fs_inodes_total", "Inodes of the filesystem.", GAUGE, DEVICE)      \
    OTHER(FS_LIMIT, "container_fs_limit_bytes", "Size of the filesystem, in bytes.", GAUGE, DEVICE) \
    OTHER(FS_USAGE, "container_fs_usage_bytes", "What the container has written to its own layer, in bytes.", GAUGE, DEVICE) \
    OTHER(FS_READS_BYTES, "container_fs_reads_bytes_total", "Bytes read from the device.", COUNTER, DEVICE) \
    OTHER(FS_READS, "container_fs_reads_total", "Reads from the device.", COUNTER, DEVICE)         \
    OTHER(FS_WRITES_BYTES, "container_fs_writes_bytes_total", "Bytes written to the device.", COUNTER, DEVICE) \
    OTHER(FS_WRITES, "container_fs_writes_total", "Writes to the device.", COUNTER, DEVICE)        \
    OTHER(BLKIO, "container_blkio_device_usage_total", "Bytes moved from or to the device, by operation.", COUNTER, OPERATION) \
    OTHER(PROCESSES, "container_processes", "Processes in the container.", GAUGE, BASE)            \
    OTHER(FILE_DESCRIPTORS, "container_file_descriptors", "Open file descriptors of its processes.", GAUGE, BASE) \
    OTHER(SOCKETS, "container_sockets", "Open sockets of its processes.", GAUGE, BASE)             \
    FIGURE(THREADS, "container_threads", "Threads in the container.", GAUGE, BASE, threads, 1, false) \
    FIGURE(THREADS_MAX, "container_threads_max", "How many threads it may have; 0 is no limit.", GAUGE, BASE, threads_max, 1, true) \
    OTHER(ULIMITS, "container_ulimits_soft", "Soft limits of its first process.", GAUGE, ULIMIT)   \
    OTHER(PRESSURE_CPU_STALLED, "container_pressure_cpu_stalled_seconds_total", "Time in which all tasks waited for a CPU, in seconds.", COUNTER, BASE) \
    OTHER(PRESSURE_CPU_WAITING, "container_pressure_cpu_waiting_seconds_total", "Time in which some task waited for a CPU, in seconds.", COUNTER, BASE) \
    OTHER(PRESSURE_MEMORY_STALLED, "container_pressure_memory_stalled_seconds_total", "Time in which all tasks waited for memory, in seconds.", COUNTER, BASE) \
    OTHER(PRESSURE_MEMORY_WAITING, "container_pressure_memory_waiting_seconds_total", "Time in which some task waited for memory, in seconds.", COUNTER, BASE) \
    OTHER(PRESSURE_IO_STALLED, "container_pressure_io_stalled_seconds_total", "Time in which all tasks waited for a disk, in seconds.", COUNTER, BASE) \
    OTHER(PRESSURE_IO_WAITING, "container_pressure_io_waiting_seconds_total", "Time in which some task waited for a disk, in seconds.", COUNTER, BASE) \
    FIGURE(SPEC_CPU_PERIOD, "container_spec_cpu_period", "Period of the CPU limit, in microseconds.", GAUGE, BASE, cpu_period_us, 1, true) \
    FIGURE(SPEC_CPU_QUOTA, "container_spec_cpu_quota", "CPU time allowed in a period, in microseconds.", GAUGE, BASE, cpu_quota_us, 1, false) \
    FIGURE(SPEC_CPU_SHARES, "container_spec_cpu_shares", "Weight among those that want a CPU.", GAUGE, BASE, cpu_shares, 1, true) \
    FIGURE(SPEC_MEMORY_LIMIT, "container_spec_memory_limit_bytes", "Memory limit in bytes; 0 is none.", GAUGE, BASE, memory_limit_bytes, 1, true) \
    FIGURE(SPEC_MEMORY_RESERVATION, "container_spec_memory_reservation_limit_bytes", "Memory that is reclaimed last, in bytes.", GAUGE, BASE, memory_reservation_bytes, 1, true) \
    FIGURE(SPEC_SWAP_LIMIT, "container_spec_memory_swap_limit_bytes", "Limit of memory and swap together, in bytes; 0 is none.", GAUGE, BASE, memory_and_swap_limit_bytes, 1, true) \
    OTHER(START_TIME, "container_start_time_seconds", "When it was started, in seconds since 1970.", GAUGE, BASE) \
    OTHER(LAST_SEEN, "container_last_seen", "When it was last seen running, in seconds since 1970.", GAUGE, BASE)
// clang-format on

#endif
