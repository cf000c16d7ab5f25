/* Docker's image documents -> CRI images. */
#ifndef SHIM_TRANSLATE_IMAGE_H
#define SHIM_TRANSLATE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"

const char *image_id(const json_t *image); /* of a list entry or an inspect document */

/* Its names in Docker's short form, cleaned and NULL-terminated; arena. Placeholders are left out:
 * "<none>", and the digested names that the containerd store of engine 28 lists among the tags. */
const char **image_tags(struct arena *arena, const json_t *image);
const char **image_digests(struct arena *arena, const json_t *image);

/* From a list entry or an inspect document: ids, tags, digests, size; uid or username where the
 * document has them (a list does not: see translate_image_user). A list of the containerd store
 * names only some of an image's digests; inspect names all. */
void translate_image(struct arena *arena, const json_t *image, Cri__Image *out);

/* Fills what only an inspect document tells: uid or username, and all of the digests. */
void translate_image_user(struct arena *arena, const json_t *inspect, Cri__Image *out);

/* The verbose "info" text of ImageStatus: configuration and history as one JSON object. */
const char *translate_image_info(struct arena *arena, const json_t *inspect, const json_t *history);

/* Bytes of all image layers on disk, from docker_disk_usage()'s document; shared ones count once.
 */
uint64_t image_layers_size(const json_t *disk_usage);

/* True if one of the image's names is `reference` (normalised both), or its id begins with it. */
bool image_matches(struct arena *arena, const json_t *image, const char *reference);

/* True if one of the image's references, or its familiar form, fits one of the patterns (fnmatch).
 */
bool image_pinned(struct arena *arena, const json_t *image, const char *const *patterns,
                  size_t count);

/* All names of an image that RemoveImage takes off one by one: tags, then digests that no tag
 * covers. NULL-terminated, arena. */
const char **image_names(struct arena *arena, const json_t *image);

#endif
