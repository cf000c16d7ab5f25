#include "shim/logs/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct record {
    char magic[8];
    struct checkpoint checkpoint;
    uint64_t checksum;
};

static const char MAGIC[8] = "dslogs1";

/* FNV-1a over everything before the checksum. */
static uint64_t checksum_of(const struct record *record)
{
    uint64_t hash = 0xcbf29ce484222325u;
    const unsigned char *bytes = (const unsigned char *)record;
    for (size_t i = 0; i < offsetof(struct record, checksum); i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

int checkpoint_open(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        (void)err_errno(err, errno, "log checkpoint %s", path);
    return fd;
}

void checkpoint_read(int fd, struct checkpoint *ret_checkpoint)
{
    struct record record;
    bool whole = pread(fd, &record, sizeof(record), 0) == (ssize_t)sizeof(record) &&
                 memcmp(record.magic, MAGIC, sizeof(MAGIC)) == 0 &&
                 record.checksum == checksum_of(&record);
    *ret_checkpoint = whole ? record.checkpoint : (struct checkpoint){0};
}

bool checkpoint_write(int fd, const struct checkpoint *checkpoint, struct err *err)
{
    struct record record = {.checkpoint = *checkpoint};
    memcpy(record.magic, MAGIC, sizeof(MAGIC));
    record.checksum = checksum_of(&record);
    return pwrite(fd, &record, sizeof(record), 0) == (ssize_t)sizeof(record) ||
           err_errno(err, errno, "write log checkpoint");
}
