#include "shim/translate/name.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELDS = 6,        /* without the random one */
    LENGTH_MAX = 1024, /* Kubernetes' own limits add up to less than half of this */
};

static const char PREFIX[] = "k8s";
static const char SANDBOX[] = "POD";

static bool check_part(const char *part, const char *where, const char *key, struct err *err)
{
    if (part[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "%s.%s is not set", where, key);
    for (const char *c = part; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '.' && *c != '-')
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "%s.%s \"%s\" has more than letters, digits, '.' and '-', so it cannot "
                           "be part of a container's name in Docker",
                           where, key, part);
    return true;
}

static bool format(struct arena *arena, const char *container, const Cri__PodSandboxMetadata *pod,
                   const char *where, uint32_t attempt, const char **ret_name, struct err *err)
{
    if (pod == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "%s is not set", where);
    if (!check_part(pod->name, where, "name", err) ||
        !check_part(pod->namespace_, where, "namespace", err) ||
        !check_part(pod->uid, where, "uid", err))
        return false;
    const char *name = arena_printf(arena, "%s_%s_%s_%s_%s_%" PRIu32, PREFIX, container, pod->name,
                                    pod->namespace_, pod->uid, attempt);
    if (strlen(name) > LENGTH_MAX)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "%s: the names add up to %zu characters, more than %d", where, strlen(name),
                       LENGTH_MAX);
    *ret_name = name;
    return true;
}

bool name_format_sandbox(struct arena *arena, const Cri__PodSandboxMetadata *metadata,
                         const char *field, const char **ret_name, struct err *err)
{
    return format(arena, SANDBOX, metadata, field, metadata != NULL ? metadata->attempt : 0,
                  ret_name, err);
}

bool name_format_container(struct arena *arena, const Cri__ContainerMetadata *metadata,
                           const Cri__PodSandboxMetadata *pod, const char **ret_name,
                           struct err *err)
{
    if (metadata == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "config.metadata is not set");
    if (!check_part(metadata->name, "config.metadata", "name", err))
        return false;
    if (strcmp(metadata->name, SANDBOX) == 0)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.metadata.name \"%s\" is the name of pod sandboxes", SANDBOX);
    return format(arena, metadata->name, pod, "the pod sandbox's metadata", metadata->attempt,
                  ret_name, err);
}

static bool parse_attempt(const char *text, uint32_t *ret_attempt)
{
    if (!isdigit((unsigned char)text[0]))
        return false;
    char *end;
    errno = 0;
    unsigned long long attempt = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || attempt > UINT32_MAX)
        return false;
    *ret_attempt = (uint32_t)attempt;
    return true;
}

static bool is_hex(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789abcdef")] == '\0';
}

bool name_parse(struct arena *arena, const char *text, struct name *ret_name)
{
    const char *part[FIELDS + 1];
    size_t count = 0;
    char *rest = arena_strdup(arena, text[0] == '/' ? text + 1 : text);
    while (rest != NULL) {
        if (count == FIELDS + 1)
            return false;
        part[count++] = strsep(&rest, "_");
    }
    uint32_t attempt;
    if (count < FIELDS || strcmp(part[0], PREFIX) != 0 || !parse_attempt(part[5], &attempt) ||
        (count > FIELDS && !is_hex(part[FIELDS])))
        return false;
    *ret_name = (struct name){
        .container = part[1],
        .pod = part[2],
        .pod_namespace = part[3],
        .pod_uid = part[4],
        .attempt = attempt,
    };
    return true;
}
