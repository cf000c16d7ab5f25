#include "cri/stream/token.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"

enum { LIFE_S = 60 };

struct slot {
    struct pending *pending; /* NULL: free */
    int64_t expires_ns;
    char token[TOKEN_LENGTH];
};

struct token_table {
    pthread_mutex_t lock;
    struct slot slots[TOKEN_MAX_WAITING];
};

struct token_table *token_table_create(void)
{
    struct token_table *table = xcalloc(1, sizeof(*table));
    (void)pthread_mutex_init(&table->lock, NULL); /* cannot fail with default attributes */
    return table;
}

void token_table_destroy(struct token_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < TOKEN_MAX_WAITING; i++)
        pending_destroy(table->slots[i].pending);
    (void)pthread_mutex_destroy(&table->lock); /* nobody holds it */
    free(table);
}

void pending_destroy(struct pending *pending)
{
    if (pending != NULL)
        arena_destroy(pending->arena);
}

static struct pending *copy_request(const struct stream_request *request)
{
    struct arena *arena = arena_create();
    struct pending *pending = arena_zalloc(arena, sizeof(*pending));
    pending->arena = arena;
    pending->request = *request;
    pending->request.target = arena_strdup(arena, request->target);
    const char **command = arena_array(arena, request->command_count, sizeof(*command));
    for (size_t i = 0; i < request->command_count; i++)
        command[i] = arena_strdup(arena, request->command[i]);
    pending->request.command = command;
    int32_t *ports = arena_array(arena, request->port_count, sizeof(*ports));
    for (size_t i = 0; i < request->port_count; i++)
        ports[i] = request->ports[i];
    pending->request.ports = ports;
    return pending;
}

static bool make_token(char token[TOKEN_LENGTH + 1], struct err *err)
{
    unsigned char bytes[TOKEN_LENGTH / 2];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return err_errno(err, errno, "random bytes for a token");
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(token + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* A free slot, or one whose time is over, whose request is put into *ret_old. Locked. */
static struct slot *find_free(struct token_table *table, int64_t now_ns, struct pending **ret_old)
{
    for (size_t i = 0; i < TOKEN_MAX_WAITING; i++) {
        struct slot *slot = &table->slots[i];
        if (slot->pending != NULL && slot->expires_ns > now_ns)
            continue;
        *ret_old = slot->pending;
        return slot;
    }
    return NULL;
}

bool token_put(struct token_table *table, const struct stream_request *request, int64_t now_ns,
               char ret_token[TOKEN_LENGTH + 1], struct err *err)
{
    if (!make_token(ret_token, err))
        return false;
    struct pending *pending = copy_request(request), *old = NULL;
    pthread_mutex_lock(&table->lock);
    struct slot *slot = find_free(table, now_ns, &old);
    if (slot != NULL) {
        slot->pending = pending;
        slot->expires_ns = now_ns + LIFE_S * NS_PER_S;
        memcpy(slot->token, ret_token, TOKEN_LENGTH);
    }
    pthread_mutex_unlock(&table->lock);
    pending_destroy(slot != NULL ? old : pending);
    return slot != NULL ||
           err_set(err, CODE_RESOURCE_EXHAUSTED, "%d stream requests wait for their client already",
                   TOKEN_MAX_WAITING);
}

/* Looks at every byte, whatever the first ones were. */
static bool is_equal(const char *left, const char *right)
{
    unsigned char difference = 0;
    for (size_t i = 0; i < TOKEN_LENGTH; i++)
        difference |= (unsigned char)(left[i] ^ right[i]);
    return difference == 0;
}

struct pending *token_take(struct token_table *table, enum stream_kind kind, const char *token,
                           int64_t now_ns)
{
    struct pending *found = NULL, *old = NULL;
    if (strlen(token) != TOKEN_LENGTH)
        return NULL;
    pthread_mutex_lock(&table->lock);
    for (size_t i = 0; i < TOKEN_MAX_WAITING; i++) {
        struct slot *slot = &table->slots[i];
        bool equal = is_equal(slot->token, token);
        if (!equal || slot->pending == NULL)
            continue;
        if (slot->expires_ns > now_ns && slot->pending->request.kind == kind)
            found = slot->pending;
        else
            old = slot->pending;
        *slot = (struct slot){0};
    }
    pthread_mutex_unlock(&table->lock);
    pending_destroy(old);
    return found;
}
