/* Docker's events, as far as the inventory wants them. */
#ifndef SHIM_TRANSLATE_EVENT_H
#define SHIM_TRANSLATE_EVENT_H

#include <stdbool.h>

#include <jansson.h>

/* Filter documents, each a new reference: of the subscription (what changes a container or an
 * image; the many events of exec probes are left out), and of the list of all containers that are
 * CRI's. */
json_t *event_filter(void);
json_t *event_list_filter(void);

bool event_is_image(const json_t *event);
const char *event_container_id(const json_t *event); /* borrowed; "" if it is about none */

#endif
