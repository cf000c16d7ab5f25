#include "test/transcript/node.h"

#include <string.h>

static const char PAUSE[] = "dockershimd/pause:";

void node_init(struct node *node, const struct script *script)
{
    *node = (struct node){.containers = json_object(), .images = json_deep_copy(script->images)};
    size_t index;
    json_t *container;
    json_array_foreach (script->containers, index, container)
        json_object_set(node->containers, json_string_value(json_object_get(container, "Id")),
                        container);
}

void node_done(struct node *node)
{
    json_decref(node->containers);
    json_decref(node->images);
}

static const char *action_of(const json_t *container)
{
    const json_t *state = json_object_get(container, "State");
    if (json_is_true(json_object_get(state, "Running")))
        return "start";
    const char *status = json_string_value(json_object_get(state, "Status"));
    return status != NULL && strcmp(status, "exited") == 0 ? "die" : "create";
}

json_t *node_change(struct node *node, struct arena *arena, const struct step *step)
{
    const char *id = step->gone_id, *action = "destroy";
    if (id != NULL) {
        json_object_del(node->containers, id);
    } else {
        id = json_string_value(json_object_get(step->document, "Id"));
        action = action_of(step->document);
        json_object_set(node->containers, id, step->document);
    }
    return arena_json(arena,
                      json_pack("{s:s, s:s, s:{s:s, s:{}}, s:i}", "Type", "container", "Action",
                                action, "Actor", "ID", id, "Attributes", "time", 0));
}

/* The list's entries are much shorter than documents; the ids are what is looked at. */
static json_t *list_containers(const struct node *node)
{
    json_t *list = json_array(), *container;
    const char *id;
    json_object_foreach (node->containers, id, container)
        json_array_append_new(list, json_pack("{s:s, s:O?}", "Id", id, "ImageID",
                                              json_object_get(container, "Image")));
    return list;
}

static json_t *find_container(const struct node *node, const char *name)
{
    const char *id;
    json_t *container;
    json_object_foreach (node->containers, id, container) {
        const char *own = json_string_value(json_object_get(container, "Name"));
        if (strcmp(id, name) == 0 || (own != NULL && strcmp(own + 1, name) == 0))
            return container;
    }
    return NULL;
}

static bool has_text(const json_t *array, const char *text)
{
    size_t index;
    const json_t *item;
    json_array_foreach (array, index, item)
        if (strcmp(json_string_value(item), text) == 0)
            return true;
    return false;
}

static json_t *find_image(const struct node *node, const char *name)
{
    size_t index;
    json_t *image;
    json_array_foreach (node->images, index, image) {
        const char *id = json_string_value(json_object_get(image, "Id"));
        if (strcmp(id, name) == 0 || has_text(json_object_get(image, "RepoTags"), name) ||
            has_text(json_object_get(image, "RepoDigests"), name))
            return image;
    }
    return NULL;
}

/* "NAME" of "/images/NAME/json"; NULL if the path is not of that form. */
static const char *name_in(struct arena *arena, const char *path, const char *prefix)
{
    size_t start = strlen(prefix), length = strlen(path), end = strlen("/json");
    if (strncmp(path, prefix, start) != 0 || length < start + end ||
        strcmp(path + length - end, "/json") != 0)
        return NULL;
    return arena_strndup(arena, path + start, length - start - end);
}

bool node_answer(const struct node *node, struct arena *arena, const char *path,
                 struct reply *ret_reply)
{
    json_t *document = NULL;
    const char *container = name_in(arena, path, "/containers/");
    const char *image = name_in(arena, path, "/images/");
    if (strncmp(path, "/containers/json?", 17) == 0)
        document = arena_json(arena, list_containers(node));
    else if (container != NULL)
        document = find_container(node, container);
    else if (image != NULL)
        document = find_image(node, image);
    else
        return false;
    if (document == NULL && image != NULL && strncmp(image, PAUSE, strlen(PAUSE)) == 0)
        document = arena_json(arena, json_pack("{s:s}", "Id", "sha256:pause"));
    *ret_reply = (struct reply){.kind = REPLY_ANSWER, .status = 200, .body = document};
    if (document != NULL)
        (void)arena_json(arena, json_incref(document)); /* it may be replaced before it is sent */
    else
        *ret_reply = (struct reply){
            .status = 404,
            .body = arena_json(arena, json_pack("{s:s}", "message", "No such thing")),
        };
    return true;
}
