#include "shim/stats/kernel_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No machine has that much memory; what version 1 writes for "no limit" is just below 2^63. */
static const uint64_t NO_LIMIT = UINT64_C(1) << 62;

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end != NULL ? end + 1 : line + strlen(line);
}

struct figure kernel_number(const char *text)
{
    char *end;
    if (!isdigit((unsigned char)text[0]))
        return (struct figure){0};
    uint64_t value = strtoull(text, &end, 10);
    return value < NO_LIMIT ? figure_of(value) : (struct figure){0};
}

struct figure kernel_field(const char *text, const char *key)
{
    size_t length = strlen(key);
    for (const char *line = text; *line != '\0'; line = next_line(line))
        if (strncmp(line, key, length) == 0 && line[length] == ' ')
            return kernel_number(line + length + 1);
    return (struct figure){0};
}

struct figure kernel_word(const char *text, int number)
{
    for (; number > 0; number--) {
        text += strcspn(text, " \n");
        if (*text != ' ')
            return (struct figure){0};
        text++;
    }
    return kernel_number(text);
}

size_t kernel_lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text = next_line(text))
        count++;
    return count;
}

static bool pressure_line(const char *line, const char *kind, struct pressure_line *ret_line)
{
    size_t length = strlen(kind);
    return strncmp(line, kind, length) == 0 &&
           sscanf(line + length, " avg10=%lf avg60=%lf avg300=%lf total=%" SCNu64, &ret_line->avg10,
                  &ret_line->avg60, &ret_line->avg300, &ret_line->total_us) == 4;
}

/* Old kernels have no "full" of the processor. */
struct pressure kernel_pressure(const char *text)
{
    struct pressure pressure = {0};
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        pressure.known = pressure_line(line, "some", &pressure.some) || pressure.known;
        (void)pressure_line(line, "full", &pressure.full); /* 0 where the kernel has none */
    }
    return pressure;
}

/* The device's element of the array, made if it is new. There is room for one for each line. */
static struct device_io *device_at(struct device_io *devices, size_t *count, unsigned major,
                                   unsigned minor)
{
    for (size_t i = 0; i < *count; i++)
        if (devices[i].major == major && devices[i].minor == minor)
            return &devices[i];
    devices[*count] = (struct device_io){.major = major, .minor = minor};
    return &devices[(*count)++];
}

static void add_blkio(const char *text, bool bytes, struct device_io *devices, size_t *count)
{
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        unsigned major, minor;
        uint64_t value;
        char operation[16];
        if (sscanf(line, "%u:%u %15s %" SCNu64, &major, &minor, operation, &value) != 4)
            continue;
        bool reads = strcmp(operation, "Read") == 0;
        if (!reads && strcmp(operation, "Write") != 0)
            continue;
        struct device_io *device = device_at(devices, count, major, minor);
        *(bytes   ? reads ? &device->read_bytes : &device->written_bytes
          : reads ? &device->reads
                  : &device->writes) = value;
    }
}

size_t kernel_blkio(struct arena *arena, const char *bytes_text, const char *operations_text,
                    struct device_io **ret_devices)
{
    size_t count = 0, lines = kernel_lines(bytes_text) + kernel_lines(operations_text);
    *ret_devices = arena_array(arena, lines, sizeof(**ret_devices));
    add_blkio(bytes_text, true, *ret_devices, &count);
    add_blkio(operations_text, false, *ret_devices, &count);
    return count;
}

/* The value of "KEY=" among the words of a line. */
static uint64_t word_of(const char *line, const char *key)
{
    size_t length = strcspn(line, "\n"), size = strlen(key);
    const char *found = memmem(line, length, key, size);
    return found != NULL ? kernel_number(found + size).value : 0;
}

size_t kernel_io_stat(struct arena *arena, const char *text, struct device_io **ret_devices)
{
    size_t count = 0;
    *ret_devices = arena_array(arena, kernel_lines(text), sizeof(**ret_devices));
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        struct device_io device = {0};
        /* A device that has done nothing yet may stand there without any word. */
        if (sscanf(line, "%u:%u", &device.major, &device.minor) != 2 ||
            memmem(line, strcspn(line, "\n"), " rbytes=", 8) == NULL)
            continue;
        device.read_bytes = word_of(line, " rbytes=");
        device.written_bytes = word_of(line, " wbytes=");
        device.reads = word_of(line, " rios=");
        device.writes = word_of(line, " wios=");
        (*ret_devices)[count++] = device;
    }
    return count;
}

/* "  eth0: BYTES PACKETS ERRORS DROPPED FIFO FRAME COMPRESSED MULTICAST BYTES PACKETS …" */
static bool interface_line(struct arena *arena, const char *line, struct interface_io *ret)
{
    line += strspn(line, " ");
    size_t length = strcspn(line, ":\n");
    if (line[length] != ':')
        return false;
    ret->name = arena_strndup(arena, line, length);
    return strcmp(ret->name, "lo") != 0 &&
           sscanf(line + length + 1,
                  "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64 "%*u%*u%*u%*u%" SCNu64 "%" SCNu64
                  "%" SCNu64 "%" SCNu64,
                  &ret->rx_bytes, &ret->rx_packets, &ret->rx_errors, &ret->rx_dropped,
                  &ret->tx_bytes, &ret->tx_packets, &ret->tx_errors, &ret->tx_dropped) == 8;
}

size_t kernel_net_dev(struct arena *arena, const char *text, struct interface_io **ret_interfaces)
{
    size_t count = 0;
    *ret_interfaces = arena_array(arena, kernel_lines(text), sizeof(**ret_interfaces));
    for (const char *line = text; *line != '\0'; line = next_line(line))
        count += interface_line(arena, line, &(*ret_interfaces)[count]);
    return count;
}

/* True for a line of mountinfo whose fifth word is "/". */
static bool mounted_at_root(const char *line)
{
    for (int word = 0; word < 4; word++) {
        line += strcspn(line, " \n");
        line += *line == ' ';
    }
    return strncmp(line, "/ ", 2) == 0;
}

/* "ID PARENT MAJ:MIN ROOT MOUNTPOINT OPTIONS [TAGS…] - TYPE SOURCE SUPEROPTIONS"; no store has
 * blanks in its paths, which would stand there as octal numbers. */
const char *kernel_upper_directory(struct arena *arena, const char *text)
{
    static const char key[] = "upperdir=";
    const char *upper = NULL;
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        const char *end = line + strcspn(line, "\n");
        const char *type = memmem(line, (size_t)(end - line), " - overlay ", 11);
        const char *found =
            type != NULL ? memmem(type, (size_t)(end - type), key, sizeof(key) - 1) : NULL;
        if (found == NULL || !mounted_at_root(line))
            continue;
        found += sizeof(key) - 1;
        upper = arena_strndup(arena, found, strcspn(found, ",\n"));
    }
    return upper != NULL && strchr(upper, '\\') == NULL ? upper : NULL;
}

struct figure kernel_soft_limit(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = text; *line != '\0'; line = next_line(line))
        if (strncmp(line, name, length) == 0 && line[length] == ' ')
            return kernel_number(line + length + strspn(line + length, " "));
    return (struct figure){0};
}
