/*
 * An OCI runtime for test engines on machines where root lacks capabilities: it takes out of a
 * container's configuration what the kernel would refuse there, and becomes runc. Where root has
 * everything it changes nothing.
 *
 * Without CAP_SYS_RESOURCE nobody may lower oom_score_adj below its current value, which every pod
 * sandbox asks for, and runc fails. A capability outside the bounding set cannot be given to a
 * container either, and old engines ask for every one that they know.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <jansson.h>

/* By number, as <linux/capability.h> has them. */
static const char *const CAPABILITIES[] = {
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
};
enum { CAPABILITY_COUNT = sizeof(CAPABILITIES) / sizeof(CAPABILITIES[0]) };

static bool is_available(const char *name)
{
    for (int number = 0; number < CAPABILITY_COUNT; number++)
        if (strncmp(name, "CAP_", 4) == 0 && strcmp(name + 4, CAPABILITIES[number]) == 0)
            return prctl(PR_CAPBSET_READ, number) == 1;
    return false;
}

static void drop_unavailable(json_t *list)
{
    for (size_t i = json_array_size(list); i-- > 0;)
        if (!is_available(json_string_value(json_array_get(list, i))))
            json_array_remove(list, i);
}

static json_int_t own_oom_score_adj(void)
{
    int value = 0;
    FILE *file = fopen("/proc/self/oom_score_adj", "r");
    if (file == NULL || fscanf(file, "%d", &value) != 1) /* then 0 is as good a guess as any */
        value = 0;
    if (file != NULL)
        (void)fclose(file);
    return value;
}

static void soften(json_t *process)
{
    const char *set;
    json_t *list, *score = json_object_get(process, "oomScoreAdj");
    json_object_foreach (json_object_get(process, "capabilities"), set, list) {
        drop_unavailable(list);
    }
    if (score != NULL && !is_available("CAP_SYS_RESOURCE") &&
        json_integer_value(score) < own_oom_score_adj())
        json_integer_set(score, own_oom_score_adj());
}

/* The value of an option that is written as "--name value" or "--name=value". */
static const char *option(char **argv, const char *name, const char *letter)
{
    size_t length = strlen(name);
    for (; *argv != NULL; argv++) {
        if (strncmp(*argv, name, length) == 0 && (*argv)[length] == '=')
            return *argv + length + 1;
        if (strcmp(*argv, name) == 0 || strcmp(*argv, letter) == 0)
            return argv[1];
    }
    return NULL;
}

static bool has_word(char **argv, const char *word)
{
    while (*argv != NULL && strcmp(*argv, word) != 0)
        argv++;
    return *argv != NULL;
}

int main(int argc, char **argv)
{
    (void)argc;
    char path[4096];
    const char *bundle = option(argv, "--bundle", "-b"), *process = option(argv, "--process", "-p");
    path[0] = '\0';
    if (has_word(argv, "create") || has_word(argv, "run"))
        (void)snprintf(path, sizeof(path), "%s/config.json", bundle != NULL ? bundle : ".");
    else if (has_word(argv, "exec") && process != NULL)
        (void)snprintf(path, sizeof(path), "%s", process);
    json_t *json = path[0] != '\0' ? json_load_file(path, 0, NULL) : NULL;
    if (json != NULL) { /* else runc says what is wrong */
        json_t *inner = json_object_get(json, "process");
        soften(inner != NULL ? inner : json);
        if (json_dump_file(json, path, JSON_COMPACT) != 0)
            perror(path);
        json_decref(json);
    }
    (void)execvp("runc", argv);
    perror("runc");
    return 127;
}
