/*
 * What the fake engine has: containers and images, as their inspect documents. It answers the
 * questions about them that a transcript does not play itself.
 *
 * Threads: whoever holds the engine's lock.
 */
#ifndef TEST_TRANSCRIPT_NODE_H
#define TEST_TRANSCRIPT_NODE_H

#include "test/transcript/script.h"

struct node {
    json_t *containers; /* by id */
    json_t *images;     /* array */
};

/* What the script says that there is at the start; a pause image always is. */
void node_init(struct node *node, const struct script *script);
void node_done(struct node *node);

/* Puts a container's document in place of the one it had, or takes it away. The event that Docker
 * tells it by belongs to the arena. */
json_t *node_change(struct node *node, struct arena *arena, const struct step *step);

/* The answer to GET `path` (without version): a list of containers, one container by id or name,
 * one image by id or name. False for any other question. */
bool node_answer(const struct node *node, struct arena *arena, const char *path,
                 struct reply *ret_reply);

#endif
