#include "shim/network/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <linux/magic.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "shim/base/cleanup.h"
#include "shim/base/file.h"

bool netns_exists(const char *path)
{
    struct statfs status;
    return statfs(path, &status) == 0 && status.f_type == NSFS_MAGIC;
}

bool netns_is_same(const char *left, const char *right)
{
    struct stat a, b;
    return netns_exists(left) && netns_exists(right) && stat(left, &a) == 0 &&
           stat(right, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool netns_is_own(const char *path)
{
    return netns_is_same(path, "/proc/self/ns/net");
}

const char *netns_of_process(struct arena *arena, int64_t pid)
{
    return arena_printf(arena, "/proc/%" PRId64 "/ns/net", pid);
}

static bool mount_pin(const char *source, const char *path, struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (fd < 0)
        return err_errno(err, errno, "pin of a network namespace at %s", path);
    if (mount(source, path, NULL, MS_BIND, NULL) != 0) {
        int errnum = errno;
        (void)unlink(path); /* the mount's error is the one that counts */
        return err_errno(err, errnum, "pin %s at %s", source, path);
    }
    return true;
}

bool netns_pin(const char *path, int64_t pid, struct err *err)
{
    char source[64], copy[PATH_MAX];
    (void)snprintf(source, sizeof(source), "/proc/%" PRId64 "/ns/net", pid);
    if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
        return err_errno(err, ENAMETOOLONG, "pin at %s", path);
    if (!netns_exists(source))
        return err_set(err, CODE_FAILED_PRECONDITION, "its process %" PRId64 " has ended", pid);
    if (netns_is_own(source))
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "its process %" PRId64 " is in the node's own network namespace", pid);
    return netns_is_same(path, source) ||
           (netns_unpin(path, err) && file_make_directories(dirname(copy), 0755, err) &&
            mount_pin(source, path, err));
}

bool netns_unpin(const char *path, struct err *err)
{
    /* Detached: a plugin that still has it open must not keep the pod from going away. Removing the
     * file then takes it off all mount namespaces that have a copy (containers that mount /run). */
    while (netns_exists(path))
        if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
            return err_errno(err, errno, "unpin the network namespace %s", path);
    return file_remove(path, err);
}

/* A piece of work for a thread inside the namespace. */
struct inside {
    const char *path;
    bool (*work)(struct inside *inside, struct err *err);
    bool ok;
    struct err err;
    /* netns_addresses */
    struct arena *arena;
    const char *interface;
    const char **addresses;
    size_t max, count;
};

static bool enter_path(const char *path, struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    return (fd >= 0 && setns(fd, CLONE_NEWNET) == 0) ||
           err_errno(err, errno, "enter the network namespace %s", path);
}

bool netns_enter(int64_t pid, struct err *err)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/ns/net", pid);
    return enter_path(path, err);
}

static void *enter(void *argument)
{
    struct inside *inside = argument;
    inside->ok = enter_path(inside->path, &inside->err) && inside->work(inside, &inside->err);
    return NULL;
}

static bool run_inside(struct inside *inside, struct err *err)
{
    pthread_t thread;
    int result = pthread_create(&thread, NULL, enter, inside);
    if (result != 0)
        return err_errno(err, result, "thread for the network namespace %s", inside->path);
    (void)pthread_join(thread, NULL); /* it was just made and is nobody else's */
    if (!inside->ok)
        *err = inside->err;
    return inside->ok;
}

static bool bring_up(struct inside *inside, struct err *err)
{
    (void)inside;
    auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo"};
    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0)
        return err_errno(err, errno, "loopback interface");
    request.ifr_flags |= IFF_UP;
    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
        return err_errno(err, errno, "bring the loopback interface up");
    return true;
}

bool netns_loopback_up(const char *path, struct err *err)
{
    struct inside inside = {.path = path, .work = bring_up};
    return run_inside(&inside, err);
}

static void add_family(struct inside *inside, const struct ifaddrs *addresses, int family)
{
    for (const struct ifaddrs *at = addresses; at != NULL; at = at->ifa_next) {
        if (at->ifa_addr == NULL || at->ifa_addr->sa_family != family ||
            strcmp(at->ifa_name, inside->interface) != 0 || inside->count == inside->max)
            continue;
        char text[INET6_ADDRSTRLEN];
        const struct sockaddr_in6 *v6 = (const void *)at->ifa_addr;
        const struct sockaddr_in *v4 = (const void *)at->ifa_addr;
        const void *binary = family == AF_INET ? (const void *)&v4->sin_addr : &v6->sin6_addr;
        if (family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr))
            continue;
        if (inet_ntop(family, binary, text, sizeof(text)) != NULL)
            inside->addresses[inside->count++] = arena_strdup(inside->arena, text);
    }
}

/* getifaddrs asks the kernel by netlink, in the namespace of its thread. */
static bool list_addresses(struct inside *inside, struct err *err)
{
    struct ifaddrs *addresses;
    if (getifaddrs(&addresses) != 0)
        return err_errno(err, errno, "addresses in %s", inside->path);
    add_family(inside, addresses, AF_INET);
    add_family(inside, addresses, AF_INET6);
    freeifaddrs(addresses);
    return true;
}

bool netns_addresses(struct arena *arena, const char *path, const char *interface,
                     const char **ret_addresses, size_t max, size_t *ret_count, struct err *err)
{
    struct inside inside = {
        .path = path,
        .work = list_addresses,
        .arena = arena,
        .interface = interface,
        .addresses = ret_addresses,
        .max = max,
    };
    if (!run_inside(&inside, err))
        return false;
    *ret_count = inside.count;
    return true;
}
