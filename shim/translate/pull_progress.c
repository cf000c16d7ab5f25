#include "shim/translate/pull_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shim/base/clock.h"
#include "shim/base/utf8.h"
#include "shim/translate/json.h"
#include "shim/translate/pull_error.h"

/* No image has so many layers: overlayfs takes 500 at most. */
enum { LAYERS_MAX = 1024 };

enum phase { PHASE_NONE, PHASE_DOWNLOAD, PHASE_DOWNLOADED, PHASE_UNPACK, PHASE_DONE };

/* The statuses of layers; there is nothing but their text. */
static const struct {
    const char *status;
    enum phase phase;
} statuses[] = {
    {"Pulling fs layer", PHASE_DOWNLOAD},
    {"Waiting", PHASE_DOWNLOAD},
    {"Downloading", PHASE_DOWNLOAD},
    {"Retrying in ", PHASE_DOWNLOAD},
    {"Download complete", PHASE_DOWNLOADED},
    {"Verifying Checksum", PHASE_UNPACK},
    {"Extracting", PHASE_UNPACK},
    {"Pull complete", PHASE_DONE},
    {"Already exists", PHASE_DONE},
};

static enum phase phase_of(const char *status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (strncmp(status, statuses[i].status, strlen(statuses[i].status)) == 0)
            return statuses[i].phase;
    return PHASE_NONE;
}

void pull_progress_init(struct pull_progress *progress, int64_t now_ns)
{
    *progress = (struct pull_progress){.last_change_ns = now_ns, .layers = json_object()};
}

void pull_progress_done(struct pull_progress *progress)
{
    json_decref(progress->layers);
    progress->layers = NULL;
}

/* Layers are unpacked in their order, and the containerd store of some engines says nothing while
 * it does: once none is left to download, those that wait are being unpacked. */
static int count_extracting(json_t *layers)
{
    int downloads = 0, waiting = 0, unpacking = 0;
    const char *id;
    json_t *layer;
    json_object_foreach (layers, id, layer) {
        enum phase phase = phase_of(json_text_at(layer, "status"));
        downloads += phase == PHASE_DOWNLOAD;
        waiting += phase == PHASE_DOWNLOADED;
        unpacking += phase == PHASE_UNPACK;
    }
    return unpacking + (downloads == 0 ? waiting : 0);
}

/* Keeps what a layer said; true if that is news. */
static bool layer_update(struct pull_progress *progress, const char *id, const char *status,
                         int64_t current)
{
    json_t *layer = json_object_get(progress->layers, id);
    bool new_status = strcmp(json_text_at(layer, "status"), status) != 0;
    if (!new_status && json_int_at(layer, "current") == current)
        return false;
    if (layer == NULL && json_object_size(progress->layers) >= LAYERS_MAX)
        return true;
    json_t *update = json_pack("{s:s, s:I}", "status", status, "current", (json_int_t)current);
    (void)json_object_set_new(progress->layers, id, update);
    if (new_status)
        progress->extracting = count_extracting(progress->layers);
    return true;
}

static void keep_text(struct pull_progress *progress, const char *id, const char *status,
                      int64_t current, int64_t total)
{
    const char *separator = id[0] != '\0' ? ": " : "";
    char bytes[64] = "";
    if (total > 0)
        (void)snprintf(bytes, sizeof(bytes), " %" PRId64 " of %" PRId64 " bytes", current, total);
    (void)snprintf(progress->text, sizeof(progress->text), "%s%s%s%s", id, separator, status,
                   bytes);
    utf8_cut(progress->text);
}

bool pull_progress_feed(struct pull_progress *progress, const json_t *message, int64_t now_ns,
                        struct err *err)
{
    if (!pull_error_check(message, err))
        return false;
    const char *id = json_text_at(message, "id"), *status = json_text_at(message, "status");
    if (status[0] == '\0')
        return true;
    int64_t current = json_int_at(message, "progressDetail.current");
    bool is_layer = id[0] != '\0' && phase_of(status) != PHASE_NONE;
    if (is_layer && !layer_update(progress, id, status, current))
        return true;
    progress->last_change_ns = now_ns;
    keep_text(progress, id, status, current, json_int_at(message, "progressDetail.total"));
    return true;
}

bool pull_progress_check(const struct pull_progress *progress, int64_t now_ns, int64_t limit_ns,
                         struct err *err)
{
    int64_t silent_ns = now_ns - progress->last_change_ns;
    if (limit_ns <= 0 || silent_ns < limit_ns || progress->extracting > 0)
        return true;
    return err_set(err, CODE_DEADLINE_EXCEEDED, "no progress for %" PRId64 " s; the last was: %s",
                   silent_ns / NS_PER_S, progress->text[0] != '\0' ? progress->text : "nothing");
}
