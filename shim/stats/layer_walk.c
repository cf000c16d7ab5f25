#include "shim/stats/layer_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/alloc.h"

enum {
    PAUSE_EVERY = 64, /* entries */
    DEPTH_MAX = 256,  /* each level holds a descriptor */
    BLOCK_BYTES = 512 /* of st_blocks, whatever the filesystem's are */
};

/* Inodes with several names that were counted already, in a hash table with open addressing. */
struct seen {
    ino_t *inodes; /* 0 for a free slot: no filesystem uses it */
    size_t count, capacity;
};

struct walk {
    layer_pause_fn *pause;
    void *context;
    dev_t device;
    struct layer_size size;
    struct seen seen;
    unsigned entries;
};

static ino_t *seen_slot(const struct seen *seen, ino_t inode)
{
    size_t slot = ((size_t)inode * UINT64_C(0x9E3779B97F4A7C15)) & (seen->capacity - 1);
    while (seen->inodes[slot] != 0 && seen->inodes[slot] != inode)
        slot = (slot + 1) & (seen->capacity - 1);
    return &seen->inodes[slot];
}

static void seen_grow(struct seen *seen)
{
    struct seen larger = {.count = seen->count,
                          .capacity = seen->capacity == 0 ? 256 : 2 * seen->capacity};
    larger.inodes = xcalloc(larger.capacity, sizeof(*larger.inodes));
    for (size_t i = 0; i < seen->capacity; i++)
        if (seen->inodes[i] != 0)
            *seen_slot(&larger, seen->inodes[i]) = seen->inodes[i];
    free(seen->inodes);
    *seen = larger;
}

/* True for the first of a file's names. */
static bool first_name(struct seen *seen, ino_t inode)
{
    if (2 * seen->count >= seen->capacity)
        seen_grow(seen);
    ino_t *slot = seen_slot(seen, inode);
    if (*slot == inode)
        return false;
    *slot = inode;
    seen->count++;
    return true;
}

static void count(struct walk *walk, const struct stat *status)
{
    if (!S_ISDIR(status->st_mode) && status->st_nlink > 1 &&
        !first_name(&walk->seen, status->st_ino))
        return;
    walk->size.bytes += (uint64_t)status->st_blocks * BLOCK_BYTES;
    walk->size.inodes++;
}

static bool walk_entries(struct walk *walk, DIR *entries, int depth, struct err *err);

/* Takes the descriptor. */
static bool walk_directory(struct walk *walk, int fd, int depth, struct err *err)
{
    DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
    if (entries == NULL) {
        if (fd >= 0)
            (void)close(fd); /* it was only read */
        return true;         /* it has vanished */
    }
    bool ok = walk_entries(walk, entries, depth, err);
    (void)closedir(entries); /* it was only read */
    return ok;
}

static bool is_dots(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static bool walk_entries(struct walk *walk, DIR *entries, int depth, struct err *err)
{
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        struct stat status;
        if (is_dots(entry->d_name) ||
            fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            status.st_dev != walk->device)
            continue;
        count(walk, &status);
        if (++walk->entries % PAUSE_EVERY == 0 && !walk->pause(walk->context))
            return err_set(err, CODE_CANCELLED, "the walk was ended");
        if (!S_ISDIR(status.st_mode) || depth >= DEPTH_MAX)
            continue;
        int fd =
            openat(dirfd(entries), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (!walk_directory(walk, fd, depth + 1, err))
            return false;
    }
    return true;
}

bool layer_walk(const char *directory, layer_pause_fn *pause, void *context,
                struct layer_size *ret_size, struct err *err)
{
    struct stat status;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        int errnum = errno;
        if (fd >= 0)
            (void)close(fd); /* it was only read */
        return err_errno(err, errnum, "%s", directory);
    }
    struct walk walk = {.pause = pause, .context = context, .device = status.st_dev};
    count(&walk, &status);
    bool ok = walk_directory(&walk, fd, 0, err);
    free(walk.seen.inodes);
    if (ok)
        *ret_size = walk.size;
    return ok;
}
