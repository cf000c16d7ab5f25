#include "shim/stats/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "shim/base/cleanup.h"
#include "shim/base/file.h"

enum { PROC_FILE_MAX = 4 << 20 };

/* True if `word` is one of the comma-separated words of a text of `length` bytes. */
static bool has_word(const char *list, size_t length, const char *word)
{
    size_t wanted = strlen(word);
    const char *end = list + length;
    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        size_t size = (size_t)((comma != NULL ? comma : end) - list);
        if (size == wanted && memcmp(list, word, size) == 0)
            return true;
        list += size + 1;
    }
    return false;
}

/* Lines are "ID:CONTROLLERS:PATH"; cgroup v2's is "0::PATH". */
const char *cgroup_parse_path(struct arena *arena, const char *cgroup_text, const char *controller)
{
    for (const char *line = cgroup_text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        const char *first = memchr(line, ':', length);
        const char *second =
            first != NULL ? memchr(first + 1, ':', length - (size_t)(first + 1 - line)) : NULL;
        if (second != NULL) {
            size_t list = (size_t)(second - first - 1);
            if (controller[0] == '\0' ? list == 0 : has_word(first + 1, list, controller))
                return arena_strndup(arena, second + 1, length - (size_t)(second + 1 - line));
        }
        line += length + (line[length] == '\n');
    }
    return NULL;
}

/* The n-th space-separated field of a line, as a copy; "" if there is none. */
static char *field(struct arena *arena, const char *line, size_t length, int number)
{
    const char *end = line + length;
    for (; number > 0 && line < end; number--) {
        const char *space = memchr(line, ' ', (size_t)(end - line));
        line = space != NULL ? space + 1 : end;
    }
    const char *space = memchr(line, ' ', (size_t)(end - line));
    return arena_strndup(arena, line, (size_t)((space != NULL ? space : end) - line));
}

/* "ID PARENT MAJ:MIN ROOT MOUNTPOINT OPTIONS [TAGS…] - TYPE SOURCE SUPEROPTIONS" */
const char *cgroup_parse_mount(struct arena *arena, const char *mountinfo_text,
                               const char *controller, const char **ret_root)
{
    const char *type = controller[0] == '\0' ? "cgroup2" : "cgroup";
    for (const char *line = mountinfo_text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        const char *dash = memmem(line, length, " - ", 3);
        if (dash != NULL) {
            const char *rest = dash + 3;
            size_t rest_length = length - (size_t)(rest - line);
            const char *options = field(arena, rest, rest_length, 2);
            if (strcmp(field(arena, rest, rest_length, 0), type) == 0 &&
                (controller[0] == '\0' || has_word(options, strlen(options), controller))) {
                *ret_root = field(arena, line, length, 3);
                return field(arena, line, length, 4);
            }
        }
        line += length + (line[length] == '\n');
    }
    return NULL;
}

/* Seen from inside a container a mount shows only the part below its root. */
const char *cgroup_below(const char *path, const char *root)
{
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    return strncmp(path, root, length) == 0 ? path + length : path;
}

bool cgroup_directory(struct arena *arena, int64_t pid, const char *controller,
                      const char **ret_directory, struct err *err)
{
    char *cgroups, *mounts;
    size_t length;
    if (!file_read(arena, arena_printf(arena, "/proc/%" PRId64 "/cgroup", pid), PROC_FILE_MAX,
                   &cgroups, &length, err) ||
        !file_read(arena, "/proc/self/mountinfo", PROC_FILE_MAX, &mounts, &length, err))
        return false;
    const char *path = cgroup_parse_path(arena, cgroups, controller);
    if (path == NULL) {
        controller = "";
        path = cgroup_parse_path(arena, cgroups, controller);
    }
    const char *root = "";
    const char *mount = path != NULL ? cgroup_parse_mount(arena, mounts, controller, &root) : NULL;
    if (mount == NULL)
        return err_set(err, CODE_NOT_FOUND, "no cgroup hierarchy with controller %s is mounted",
                       controller);
    *ret_directory = arena_printf(arena, "%s%s", mount, cgroup_below(path, root));
    return true;
}

bool cgroup_write_file(struct arena *arena, const char *directory, const char *file,
                       const char *value, struct err *err)
{
    const char *path = arena_printf(arena, "%s/%s", directory, file);
    auto_close int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    size_t length = strlen(value);
    if (fd < 0 || write(fd, value, length) != (ssize_t)length)
        return err_errno(err, errno, "write %s to cgroup file %s", value, file);
    return true;
}
