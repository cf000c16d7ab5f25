/*
 * Docker's events and container list, as far as the inventory wants them. Neither is believed about
 * a container's state, which only inspect tells: they say whom to ask about.
 */
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

/* The container that an event is about; "" if it is about none, or about one that carries labels
 * but not CRI's. Borrowed. */
const char *event_container_id(const json_t *event);

/* The state in Docker's word, of a list entry and of an inspect document: where they differ, one of
 * the two is out of date. Borrowed. */
const char *event_listed_state(const json_t *entry);
const char *event_inspected_state(const json_t *container);

#endif
