/* CNI: configurations (the first byte says which kind), results, and the texts that pods hand in.
 * What is taken must be fit to be used: names that are no paths, addresses that are some. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "shim/network/cni_config.h"
#include "shim/network/cni_request.h"
#include "shim/network/cni_result.h"
#include "shim/network/quantity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool is_path_part(const char *name)
{
    return name != NULL && name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static void check_config(const char *text, size_t length, bool single)
{
    json_t *list;
    struct err err = ERR_INIT;
    if (!cni_config_parse(text, length, single, &list, &err)) {
        must(err.code == CODE_FAILED_PRECONDITION && err.text[0] != '\0');
        return;
    }
    must(is_path_part(cni_config_name(list)));
    must(cni_config_at_least(list, 0, 1) && !cni_config_at_least(list, 1, 2));
    const json_t *plugins = json_object_get(list, "plugins");
    must(cni_config_complete(list, &err) == (json_array_size(plugins) > 0));
    for (size_t i = 0; i < json_array_size(plugins); i++)
        must(is_path_part(json_string_value(json_object_get(json_array_get(plugins, i), "type"))));
    (void)cni_config_wants(list, "portMappings");
    json_decref(list);
}

static void check_result(struct arena *arena, const char *text, size_t length)
{
    json_auto_t *result = json_loadb(text, length, 0, NULL);
    const char *addresses[4];
    unsigned char binary[16];
    struct err err = ERR_INIT;
    (void)cni_result_check(result, &err);
    size_t count = cni_result_addresses(arena, result, "eth0", addresses, 4);
    must(count <= 4);
    for (size_t i = 0; i < count; i++)
        must(inet_pton(AF_INET, addresses[i], binary) == 1 ||
             inet_pton(AF_INET6, addresses[i], binary) == 1);
}

static void check_texts(const char *text)
{
    struct err err = ERR_INIT;
    int64_t value;
    must(!quantity_parse(text, &value) || value >= 0);
    json_decref(cni_request_ip_ranges(text, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create();
    const char *text = arena_strndup(arena, (const char *)data, size);
    if (size > 0)
        check_config(text + 1, size - 1, data[0] % 2 == 0);
    check_result(arena, text, size);
    check_texts(text);
    arena_destroy(arena);
    return 0;
}
