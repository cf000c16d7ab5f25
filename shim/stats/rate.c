#include "shim/stats/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"

enum { BUCKETS = 1024 };

static const int64_t INTERVAL_MIN_NS = NS_PER_S;
static const int64_t FORGET_NS = 600 * NS_PER_S;

struct sample {
    struct sample *next;
    char *id;
    int64_t time_ns;
    uint64_t usage_ns;
    struct figure rate;
};

struct rates {
    pthread_mutex_t lock;
    struct sample *buckets[BUCKETS];
};

struct rates *rates_create(void)
{
    struct rates *rates = xcalloc(1, sizeof(*rates));
    pthread_mutex_init(&rates->lock, NULL);
    return rates;
}

static void sample_free(struct sample *sample)
{
    free(sample->id);
    free(sample);
}

void rates_destroy(struct rates *rates)
{
    if (rates == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct sample *sample = rates->buckets[i], *next; sample != NULL; sample = next) {
            next = sample->next;
            sample_free(sample);
        }
    pthread_mutex_destroy(&rates->lock);
    free(rates);
}

/* FNV-1a. */
static size_t bucket_of(const char *id)
{
    uint32_t hash = UINT32_C(2166136261);
    for (; *id != '\0'; id++)
        hash = (hash ^ (unsigned char)*id) * UINT32_C(16777619);
    return hash % BUCKETS;
}

/* The bucket's sample of the id, or NULL; others that are too old go. */
static struct sample *find(struct sample **link, const char *id, int64_t time_ns)
{
    struct sample *found = NULL;
    while (*link != NULL) {
        struct sample *sample = *link;
        if (strcmp(sample->id, id) == 0) {
            found = sample;
        } else if (time_ns - sample->time_ns > FORGET_NS) {
            *link = sample->next;
            sample_free(sample);
            continue;
        }
        link = &sample->next;
    }
    return found;
}

static struct figure update(struct sample *sample, int64_t time_ns, uint64_t usage_ns)
{
    int64_t interval_ns = time_ns - sample->time_ns;
    if (interval_ns >= 0 && interval_ns < INTERVAL_MIN_NS && usage_ns >= sample->usage_ns)
        return sample->rate;
    /* A container that was started again counts from 0; the clock may be set back. */
    sample->rate = interval_ns > 0 && usage_ns >= sample->usage_ns
                       ? figure_of((uint64_t)((double)(usage_ns - sample->usage_ns) *
                                              (double)NS_PER_S / (double)interval_ns))
                       : (struct figure){0};
    sample->time_ns = time_ns;
    sample->usage_ns = usage_ns;
    return sample->rate;
}

struct figure rates_tell(struct rates *rates, const char *id, int64_t time_ns, uint64_t usage_ns)
{
    struct sample **bucket = &rates->buckets[bucket_of(id)];
    struct figure rate = {0};
    pthread_mutex_lock(&rates->lock);
    struct sample *sample = find(bucket, id, time_ns);
    if (sample != NULL) {
        rate = update(sample, time_ns, usage_ns);
    } else {
        sample = xcalloc(1, sizeof(*sample));
        *sample = (struct sample){
            .next = *bucket, .id = xstrdup(id), .time_ns = time_ns, .usage_ns = usage_ns};
        *bucket = sample;
    }
    pthread_mutex_unlock(&rates->lock);
    return rate;
}
