#include "shim/translate/event.h"

#include <string.h>

#include "shim/translate/json.h"
#include "shim/translate/label.h"

json_t *event_filter(void)
{
    return json_pack("{s:[s,s], s:[s,s,s,s,s,s,s,s,s,s, s,s,s,s,s,s]}", "type", "container",
                     "image", "event", "create", "start", "restart", "die", "oom", "pause",
                     "unpause", "rename", "update", "destroy", "pull", "load", "import", "tag",
                     "untag", "delete");
}

json_t *event_list_filter(void)
{
    return json_pack("{s:[s]}", "label", LABEL_TYPE);
}

static bool has_type(const json_t *event, const char *type)
{
    return strcmp(json_text_at(event, "Type"), type) == 0;
}

bool event_is_image(const json_t *event)
{
    return has_type(event, "image");
}

/* Docker copies a container's labels into the attributes of each of its events, beside "name" and
 * "image". */
static bool is_foreign(const json_t *event)
{
    const json_t *attributes = json_at(event, "Actor.Attributes");
    return json_object_size(attributes) > 0 && json_object_get(attributes, LABEL_TYPE) == NULL;
}

const char *event_container_id(const json_t *event)
{
    return has_type(event, "container") && !is_foreign(event) ? json_text_at(event, "Actor.ID")
                                                              : "";
}

const char *event_listed_state(const json_t *entry)
{
    return json_text_at(entry, "State");
}

const char *event_inspected_state(const json_t *container)
{
    return json_text_at(container, "State.Status");
}
