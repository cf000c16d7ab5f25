#include "shim/logs/follower.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/alloc.h"
#include "shim/base/buf.h"
#include "shim/base/log.h"
#include "shim/logs/checkpoint.h"
#include "shim/logs/cri_log.h"
#include "shim/logs/json_log.h"
#include "shim/logs/output_file.h"

enum {
    BATCH_BYTES = 256 << 10,    /* read at once */
    LINE_MAX_BYTES = 1 << 20,   /* a longer one is no line of Docker's */
    OUTPUT_MAX_BYTES = 8 << 20, /* of one batch, all escapes undone and every line headed */
    CHECKPOINT_BYTES = 1 << 20, /* carried over between two checkpoints */
    KEPT_BYTES = 1 << 20,       /* of the input's consumed part, for `docker logs --tail` */
    PUNCH_BYTES = 8 << 20,      /* worth a hole */
};

struct follower {
    pthread_mutex_t lock;
    char *id, *input_path, *output_root, *output_path;
    int input_fd, output_fd, checkpoint_fd;
    struct checkpoint at;    /* what is carried over, once `pending` is written */
    uint64_t noted_offset;   /* in_offset of the checkpoint on disk */
    uint64_t punched_offset; /* the input is a hole up to here */
    bool cannot_punch;
    uint64_t compare_left; /* bytes of the output behind the checkpoint, still to be compared */
    struct buf pending;    /* output that is not written yet */
    char *input, *text;    /* one batch, and room for one unescaped text */
    size_t input_size;
    bool told_stuck;
};

static bool open_output(struct follower *follower, struct err *err)
{
    follower->output_fd = output_file_open(follower->output_root, follower->output_path, err);
    return follower->output_fd >= 0;
}

/* Where the output goes on: behind the checkpoint if it is the same file, with the rest of it to be
 * compared; a file that is not, the kubelet has begun since. */
static bool resume_output(struct follower *follower, struct err *err)
{
    struct stat status;
    if (fstat(follower->output_fd, &status) != 0)
        return err_errno(err, errno, "%s", follower->output_path);
    struct checkpoint *at = &follower->at;
    uint64_t size = (uint64_t)status.st_size;
    if (at->out_device != status.st_dev || at->out_inode != status.st_ino || at->out_offset > size)
        at->out_offset = 0;
    at->out_device = status.st_dev;
    at->out_inode = status.st_ino;
    follower->compare_left = size - at->out_offset;
    return true;
}

static bool open_files(struct follower *follower, const char *checkpoint_path, struct err *err)
{
    follower->checkpoint_fd = checkpoint_open(checkpoint_path, err);
    if (follower->checkpoint_fd < 0)
        return false;
    checkpoint_read(follower->checkpoint_fd, &follower->at);
    follower->noted_offset = follower->at.in_offset;
    if (follower->at.finished)
        return true;
    follower->input_fd = open(follower->input_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (follower->input_fd < 0)
        return err_errno(err, errno, "Docker's log of container %s, %s", follower->id,
                         follower->input_path);
    return open_output(follower, err) && resume_output(follower, err);
}

struct follower *follower_create(const struct follower_options *options, struct err *err)
{
    struct follower *follower = xcalloc(1, sizeof(*follower));
    (void)pthread_mutex_init(&follower->lock, NULL); /* cannot fail with default attributes */
    follower->id = xstrdup(options->id);
    follower->input_path = xstrdup(options->input_path);
    follower->output_root = xstrdup(options->output_root);
    follower->output_path = xstrdup(options->output_path);
    follower->input_fd = follower->output_fd = follower->checkpoint_fd = -1;
    buf_init(&follower->pending, OUTPUT_MAX_BYTES);
    if (!open_files(follower, options->checkpoint_path, err)) {
        follower_destroy(follower);
        return NULL;
    }
    return follower;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* gone whatever close says */
    *fd = -1;
}

/* An idle container keeps no buffers. */
static void release_buffers(struct follower *follower)
{
    free(follower->input);
    free(follower->text);
    follower->input = follower->text = NULL;
    buf_done(&follower->pending);
    buf_init(&follower->pending, OUTPUT_MAX_BYTES);
}

static void close_files(struct follower *follower)
{
    close_fd(&follower->input_fd);
    close_fd(&follower->output_fd);
    release_buffers(follower);
}

void follower_destroy(struct follower *follower)
{
    if (follower == NULL)
        return;
    close_files(follower);
    close_fd(&follower->checkpoint_fd);
    (void)pthread_mutex_destroy(&follower->lock); /* fails only for a locked one */
    free(follower->id);
    free(follower->input_path);
    free(follower->output_root);
    free(follower->output_path);
    free(follower);
}

/* A checkpoint that cannot be written costs a longer comparison after a restart, no line. */
static void note(struct follower *follower)
{
    struct err err = ERR_INIT;
    if (!checkpoint_write(follower->checkpoint_fd, &follower->at, &err))
        log_warn("container %s: %s", follower->id, err.text);
    follower->noted_offset = follower->at.in_offset;
}

/* Gives the disk back what was carried over, except a tail for Docker's own readers. Not before the
 * checkpoint is behind it: a restart must find its input. */
static void punch(struct follower *follower)
{
    enum { PAGE = 4096 };
    uint64_t done = follower->noted_offset;
    uint64_t end = done > KEPT_BYTES ? (done - KEPT_BYTES) / PAGE * PAGE : 0;
    if (follower->cannot_punch || end < follower->punched_offset + PUNCH_BYTES)
        return;
    if (fallocate(follower->input_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)follower->punched_offset, (off_t)(end - follower->punched_offset)) != 0) {
        follower->cannot_punch = true;
        log_info("container %s: its log takes the disk twice, for no holes can be made in %s",
                 follower->id, follower->input_path);
    }
    follower->punched_offset = end;
}

/* What a life before this one wrote behind its checkpoint is taken as written, to the byte. */
static void skip_written(struct follower *follower)
{
    char existing[4096];
    struct buf *pending = &follower->pending;
    while (follower->compare_left > 0 && pending->length > 0) {
        size_t length = pending->length < sizeof(existing) ? pending->length : sizeof(existing);
        if (length > follower->compare_left)
            length = (size_t)follower->compare_left;
        if (pread(follower->output_fd, existing, length, (off_t)follower->at.out_offset) !=
                (ssize_t)length ||
            memcmp(existing, pending->data, length) != 0) {
            log_warn("container %s: %s was changed by somebody else; going on at its end",
                     follower->id, follower->output_path);
            follower->at.out_offset += follower->compare_left;
            follower->compare_left = 0;
            return;
        }
        buf_consume(pending, length);
        follower->at.out_offset += length;
        follower->compare_left -= length;
    }
}

static bool write_pending(struct follower *follower, struct err *err)
{
    struct buf *pending = &follower->pending;
    skip_written(follower);
    while (pending->length > 0) {
        ssize_t written = write(follower->output_fd, pending->data, pending->length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return err_errno(err, errno, "write %s", follower->output_path);
        follower->at.out_offset += (size_t)written;
        buf_consume(pending, (size_t)written);
    }
    return true;
}

/* Decodes the whole lines of a batch into `pending`; the number of bytes that they took. */
static size_t decode(struct follower *follower, size_t length)
{
    size_t used = 0;
    for (const char *newline;
         (newline = memchr(follower->input + used, '\n', length - used)) != NULL;) {
        const char *line = follower->input + used;
        size_t size = (size_t)(newline - line);
        struct json_log_entry entry;
        if (json_log_parse(line, size, follower->text, &entry)) {
            if (!cri_log_append(&follower->pending, &entry))
                log_warn("container %s: a batch of its log was cut", follower->id);
        } else if (size > 0 && line[0] != '\0') { /* a hole reads as zeroes */
            log_warn("container %s: a damaged line in %s was left out", follower->id,
                     follower->input_path);
        }
        used += size + 1;
    }
    return used;
}

static bool grow_input(struct follower *follower)
{
    size_t size = follower->input == NULL ? BATCH_BYTES : follower->input_size * 2;
    if (size > LINE_MAX_BYTES)
        return false;
    follower->input = xrealloc(follower->input, size);
    follower->text = xrealloc(follower->text, size);
    follower->input_size = size;
    return true;
}

/* Docker's file never shrinks by itself; somebody who empties it means it to begin anew. */
static void check_shrunk(struct follower *follower)
{
    struct stat status;
    if (fstat(follower->input_fd, &status) != 0 ||
        (uint64_t)status.st_size >= follower->at.in_offset)
        return;
    log_warn("container %s: %s was cut by somebody else; going on at its begin", follower->id,
             follower->input_path);
    follower->at.in_offset = follower->punched_offset = 0;
}

/* Reads and decodes one batch. *ret_more tells whether there may be more behind it. */
static bool read_batch(struct follower *follower, bool *ret_more, struct err *err)
{
    if (follower->input == NULL)
        (void)grow_input(follower);
    ssize_t got = pread(follower->input_fd, follower->input, follower->input_size,
                        (off_t)follower->at.in_offset);
    if (got < 0)
        return err_errno(err, errno, "read %s", follower->input_path);
    *ret_more = (size_t)got == follower->input_size;
    if (got == 0)
        check_shrunk(follower);
    size_t used = decode(follower, (size_t)got);
    if (used == 0 && *ret_more && !grow_input(follower))
        used = (size_t)got; /* no line is that long: go on behind it */
    follower->at.in_offset += used;
    return true;
}

/* One batch, read and written. The lock is held. */
static bool advance(struct follower *follower, bool *ret_more, struct err *err)
{
    *ret_more = false;
    if (follower->at.finished)
        return true;
    if (follower->pending.length == 0 && !read_batch(follower, ret_more, err))
        return false;
    bool had_pending = follower->pending.length > 0;
    if (!write_pending(follower, err))
        return false;
    follower->told_stuck = false;
    if (follower->at.in_offset - follower->noted_offset >= CHECKPOINT_BYTES ||
        (!*ret_more && had_pending && follower->at.in_offset != follower->noted_offset))
        note(follower);
    punch(follower);
    *ret_more = *ret_more || had_pending;
    if (!*ret_more)
        release_buffers(follower);
    return true;
}

static bool drain_locked(struct follower *follower, struct err *err)
{
    bool more = true;
    while (more)
        if (!advance(follower, &more, err))
            return false;
    return true;
}

enum follower_progress follower_step(struct follower *follower)
{
    struct err err = ERR_INIT;
    bool more;
    pthread_mutex_lock(&follower->lock);
    bool ok = advance(follower, &more, &err);
    bool tell = !ok && !follower->told_stuck;
    follower->told_stuck = !ok;
    pthread_mutex_unlock(&follower->lock);
    if (tell)
        log_error("the log of container %s waits: %s", follower->id, err.text);
    return !ok ? FOLLOWER_STUCK : more ? FOLLOWER_MORE : FOLLOWER_IDLE;
}

bool follower_drain(struct follower *follower, struct err *err)
{
    pthread_mutex_lock(&follower->lock);
    bool ok = drain_locked(follower, err);
    pthread_mutex_unlock(&follower->lock);
    return ok;
}

/* The checkpoint tells the old file's end before the new one exists, and the new one's begin after:
 * a death in between finds an empty file that is not the one it knows, and begins in it. */
static bool switch_output(struct follower *follower, struct err *err)
{
    bool more;
    /* What is decoded already belongs to the old file, whole. */
    if (follower->pending.length > 0 && !advance(follower, &more, err))
        return false;
    note(follower);
    int old_fd = follower->output_fd;
    if (!open_output(follower, err)) {
        follower->output_fd = old_fd;
        return false;
    }
    (void)close(old_fd); /* written and done with */
    if (!resume_output(follower, err))
        return false;
    follower->at.out_offset +=
        follower->compare_left; /* append: nothing of it is ours to compare */
    follower->compare_left = 0;
    note(follower);
    return true;
}

bool follower_reopen(struct follower *follower, struct err *err)
{
    pthread_mutex_lock(&follower->lock);
    bool ok = follower->at.finished
                  ? err_set(err, CODE_FAILED_PRECONDITION, "container %s has ended", follower->id)
                  : switch_output(follower, err);
    pthread_mutex_unlock(&follower->lock);
    return ok;
}

bool follower_finish(struct follower *follower, struct err *err)
{
    pthread_mutex_lock(&follower->lock);
    bool ok = drain_locked(follower, err);
    if (ok && !follower->at.finished) {
        follower->at.finished = 1;
        note(follower);
        close_files(follower);
    }
    pthread_mutex_unlock(&follower->lock);
    return ok;
}
