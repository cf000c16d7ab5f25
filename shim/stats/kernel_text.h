/*
 * Readers of the texts that the kernel has in cgroup files and /proc. They do no input or output.
 * What does not look as expected is unknown, never an error: newer kernels add lines and words.
 */
#ifndef SHIM_STATS_KERNEL_TEXT_H
#define SHIM_STATS_KERNEL_TEXT_H

#include <stddef.h>

#include "shim/base/arena.h"
#include "shim/stats/figure.h"

/* A number at the beginning of a text. "max", and what version 1 writes instead (the largest
 * multiple of a page, or -1), mean no limit and are unknown. */
struct figure kernel_number(const char *text);

/* The number behind a key at the beginning of a line: "pgfault 17". */
struct figure kernel_field(const char *text, const char *key);

/* The n-th word of the first line, as a number: cpu.max is "QUOTA PERIOD". */
struct figure kernel_word(const char *text, int number);

/* How many lines there are. */
size_t kernel_lines(const char *text);

/* One line of a pressure file: "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234". */
struct pressure_line {
    double avg10, avg60, avg300; /* percent */
    uint64_t total_us;
};
struct pressure {
    bool known;
    struct pressure_line some, full;
};
struct pressure kernel_pressure(const char *text);

/* What was read from and written to one block device. */
struct device_io {
    unsigned major, minor;
    uint64_t read_bytes, written_bytes, reads, writes;
};

/* The devices of version 1's two files (bytes and operations, lines "8:0 Read 4096"), or of version
 * 2's io.stat (lines "8:0 rbytes=4096 wbytes=0 rios=1 …"). Arrays belong to the arena. */
size_t kernel_blkio(struct arena *arena, const char *bytes_text, const char *operations_text,
                    struct device_io **ret_devices);
size_t kernel_io_stat(struct arena *arena, const char *text, struct device_io **ret_devices);

/* Counters of a network interface. */
struct interface_io {
    const char *name; /* arena */
    uint64_t rx_bytes, rx_packets, rx_errors, rx_dropped;
    uint64_t tx_bytes, tx_packets, tx_errors, tx_dropped;
};

/* The interfaces in the text of /proc/PID/net/dev, but for the loopback one. */
size_t kernel_net_dev(struct arena *arena, const char *text, struct interface_io **ret_interfaces);

/* The directory that the root of an overlay is written to, in the text of /proc/PID/mountinfo; NULL
 * if the root is no overlay. */
const char *kernel_upper_directory(struct arena *arena, const char *text);

/* The soft limit of a line of /proc/PID/limits: kernel_soft_limit(text, "Max open files"). */
struct figure kernel_soft_limit(const char *text, const char *name);

#endif
