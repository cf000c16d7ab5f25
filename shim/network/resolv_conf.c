#include "shim/network/resolv_conf.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "shim/base/file.h"
#include "shim/translate/namespace.h"

enum { FILE_MAX = 64 << 10 };

static const char *directory(struct arena *arena, const char *root)
{
    return arena_printf(arena, "%s/resolv", root);
}

static bool is_word(const char *text)
{
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7f)
            return false;
    return true;
}

/* "<keyword> a b c\n", or nothing for an empty list; with `each` a line of its own for every word.
 */
static bool add_words(struct arena *arena, const char **text, const char *keyword, bool each,
                      const char *field, const char *const *words, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_word(words[i]))
            return err_set(err, CODE_INVALID_ARGUMENT, "config.dns_config.%s[%zu] is not one word",
                           field, i);
        *text = each || i == 0
                    ? arena_printf(arena, "%s%s%s %s", *text, i > 0 ? "\n" : "", keyword, words[i])
                    : arena_printf(arena, "%s %s", *text, words[i]);
    }
    if (count > 0)
        *text = arena_printf(arena, "%s\n", *text);
    return true;
}

bool resolv_conf_format(struct arena *arena, const Cri__DNSConfig *dns, const char **ret_text,
                        struct err *err)
{
    const char *text = "";
    if (!add_words(arena, &text, "nameserver", true, "servers", dns->servers, dns->n_servers,
                   err) ||
        !add_words(arena, &text, "search", false, "searches", dns->searches, dns->n_searches,
                   err) ||
        !add_words(arena, &text, "options", false, "options", dns->options, dns->n_options, err))
        return false;
    *ret_text = text;
    return true;
}

/* The address of a "nameserver" line, with its length; NULL if the line is another. */
static const char *nameserver_of(const char *line, size_t *ret_length)
{
    static const char keyword[] = "nameserver";
    line += strspn(line, " \t");
    if (strncmp(line, keyword, strlen(keyword)) != 0)
        return NULL;
    const char *address = line + strlen(keyword);
    size_t space = strspn(address, " \t");
    *ret_length = strcspn(address + space, " \t\r\n");
    return space > 0 && *ret_length > 0 ? address + space : NULL;
}

static bool is_loopback(const char *address, size_t length)
{
    return (length > 4 && strncmp(address, "127.", 4) == 0) ||
           (length == 3 && strncmp(address, "::1", 3) == 0);
}

/* True if systemd's stub is the one name server of the text. */
static bool has_stub_only(const char *text)
{
    static const char stub[] = "127.0.0.53";
    size_t servers = 0, stubs = 0, length;
    for (const char *line = text; *line != '\0';) {
        const char *address = nameserver_of(line, &length);
        servers += address != NULL;
        stubs += address != NULL && length == strlen(stub) && strncmp(address, stub, length) == 0;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return servers > 0 && servers == stubs;
}

static const char *without_loopback(struct arena *arena, const char *text)
{
    char *copy = arena_alloc(arena, strlen(text) + 1), *end = copy;
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n"), address_length;
        length += line[length] == '\n';
        const char *address = nameserver_of(line, &address_length);
        if (address == NULL || !is_loopback(address, address_length)) {
            memcpy(end, line, length);
            end += length;
        }
        line += length;
    }
    *end = '\0';
    return copy;
}

/* A node without the file has no name servers to tell of. */
static bool read_text(struct arena *arena, const char *path, const char **ret_text, struct err *err)
{
    char *text;
    size_t length;
    *ret_text = "";
    if (!file_read(arena, path, FILE_MAX, &text, &length, err))
        return err->code == CODE_NOT_FOUND;
    *ret_text = text;
    return true;
}

bool resolv_conf_of_node(struct arena *arena, const struct resolv_conf_files *files,
                         bool host_network, const char **ret_text, struct err *err)
{
    const char *text;
    if (!read_text(arena, files->node, &text, err))
        return false;
    if (!host_network && has_stub_only(text) && !read_text(arena, files->systemd, &text, err))
        return false;
    *ret_text = host_network ? text : without_loopback(arena, text);
    return true;
}

static bool is_host_network(const Cri__PodSandboxConfig *config)
{
    return config->linux != NULL && config->linux->security_context != NULL &&
           namespace_is_host_network(config->linux->security_context->namespace_options);
}

static bool text_for(struct arena *arena, const Cri__PodSandboxConfig *config,
                     const char **ret_text, struct err *err)
{
    static const struct resolv_conf_files files = {
        .node = "/etc/resolv.conf",
        .systemd = "/run/systemd/resolve/resolv.conf",
    };
    const Cri__DNSConfig *dns = config->dns_config;
    if (dns == NULL || dns->n_servers + dns->n_searches + dns->n_options == 0)
        return resolv_conf_of_node(arena, &files, is_host_network(config), ret_text, err);
    return resolv_conf_format(arena, dns, ret_text, err);
}

bool resolv_conf_create(struct arena *arena, const char *root, const Cri__PodSandboxConfig *config,
                        const char **ret_path, struct err *err)
{
    const char *text;
    if (!text_for(arena, config, &text, err))
        return false;
    uint64_t key[2];
    if (getrandom(key, sizeof(key), 0) != sizeof(key))
        return err_errno(err, errno, "random numbers");
    const char *folder = directory(arena, root);
    const char *path = arena_printf(arena, "%s/%016" PRIx64 "%016" PRIx64, folder, key[0], key[1]);
    /* Containers read it whatever their user is. */
    if (!file_make_directories(folder, 0755, err) ||
        !file_write_volatile(path, text, strlen(text), 0644, err))
        return err_wrap(err, "pod's resolv.conf");
    *ret_path = path;
    return true;
}

bool resolv_conf_remove(struct arena *arena, const char *root, const char *path, struct err *err)
{
    const char *folder = directory(arena, root);
    size_t length = strlen(folder);
    if (strncmp(path, folder, length) != 0 || path[length] != '/' ||
        strchr(path + length + 1, '/') != NULL)
        return true;
    return file_remove(path, err);
}

const char **resolv_conf_list(struct arena *arena, const char *root, size_t *ret_count)
{
    const char *folder = directory(arena, root), **paths = NULL;
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, NULL);
    *ret_count = 0;
    paths = arena_array(arena, count > 0 ? (size_t)count : 1, sizeof(*paths));
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.')
            paths[(*ret_count)++] = arena_printf(arena, "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return paths;
}
