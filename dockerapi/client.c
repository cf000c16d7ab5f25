#include "dockerapi/client.h"

#include <stdlib.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"

enum { IDLE_MAX = 8 };

static const int64_t DEFAULT_TIMEOUT_NS = 119 * NS_PER_S;

static void init_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        alloc_failed();
}

struct docker *docker_create(const struct docker_options *options, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, init_curl); /* cannot fail */
    struct endpoint endpoint;
    if (options->timeout_ns < 0) {
        (void)err_set(err, CODE_INVALID_ARGUMENT, "docker: a negative request timeout");
        return NULL;
    }
    if (!endpoint_init(&endpoint, options, err))
        return NULL;
    struct docker *docker = xcalloc(1, sizeof(*docker));
    docker->endpoint = endpoint;
    docker->timeout_ns = options->timeout_ns > 0 ? options->timeout_ns : DEFAULT_TIMEOUT_NS;
    docker->generation = 1;
    (void)pthread_mutex_init(&docker->lock, NULL); /* cannot fail with default attributes */
    return docker;
}

static void destroy_links(struct link *links)
{
    for (struct link *link = links, *next; link != NULL; link = next) {
        next = link->next;
        link_destroy(link);
    }
}

static void forget(struct cached *cached)
{
    shared_unref(cached->answer);
    cached->answer = NULL;
}

void docker_destroy(struct docker *docker)
{
    if (docker == NULL)
        return;
    destroy_links(docker->idle);
    forget(&docker->version_answer);
    forget(&docker->info_answer);
    (void)pthread_mutex_destroy(&docker->lock); /* fails only for a locked one */
    endpoint_done(&docker->endpoint);
    free(docker);
}

/* Begins the next generation; the links to destroy, once the lock is given back. */
static struct link *lose(struct docker *docker)
{
    struct link *dead = docker->idle;
    docker->idle = NULL;
    docker->idle_count = 0;
    docker->generation++;
    docker->vetted_version = 0;
    forget(&docker->version_answer);
    forget(&docker->info_answer);
    return dead;
}

/* An engine that went away closed its connections, the idle ones as well: that is seen without
 * asking it anything. */
static struct link *notice_death(struct docker *docker)
{
    return docker->idle != NULL && !link_is_open(docker->idle) ? lose(docker) : NULL;
}

void client_lost(struct docker *docker, uint64_t generation)
{
    pthread_mutex_lock(&docker->lock);
    struct link *dead = generation == docker->generation ? lose(docker) : NULL;
    pthread_mutex_unlock(&docker->lock);
    destroy_links(dead);
}

static struct link *make_link(struct docker *docker, uint64_t generation, struct err *err)
{
    struct link *link = link_create(&docker->endpoint, err);
    if (link != NULL)
        link->generation = generation;
    return link;
}

struct link *client_make(struct docker *docker, struct err *err)
{
    pthread_mutex_lock(&docker->lock);
    uint64_t generation = docker->generation;
    pthread_mutex_unlock(&docker->lock);
    return make_link(docker, generation, err);
}

struct link *client_take(struct docker *docker, struct err *err)
{
    pthread_mutex_lock(&docker->lock);
    struct link *dead = notice_death(docker);
    struct link *link = docker->idle;
    if (link != NULL) {
        docker->idle = link->next;
        docker->idle_count--;
    }
    uint64_t generation = docker->generation;
    pthread_mutex_unlock(&docker->lock);
    destroy_links(dead);
    return link != NULL ? link : make_link(docker, generation, err);
}

void client_put(struct docker *docker, struct link *link)
{
    pthread_mutex_lock(&docker->lock);
    bool keep = link->generation == docker->generation && docker->idle_count < IDLE_MAX;
    if (keep) {
        link->next = docker->idle;
        docker->idle = link;
        docker->idle_count++;
    }
    pthread_mutex_unlock(&docker->lock);
    if (!keep)
        link_destroy(link);
}

struct patience client_patience(const struct docker *docker, struct scope *scope,
                                const struct request *request)
{
    int64_t timeout_ns = docker->timeout_ns, now_ns = clock_mono_ns();
    bool ends = !request->endless &&
                !__builtin_add_overflow(timeout_ns, request->extra_ns, &timeout_ns) &&
                timeout_ns < CLOCK_NEVER - now_ns;
    return (struct patience){
        .cancel = scope->cancel,
        .timeout_ns = timeout_ns,
        .end_ns = ends ? now_ns + timeout_ns : CLOCK_NEVER,
    };
}

void client_settle_version(struct docker *docker, const struct link *link)
{
    pthread_mutex_lock(&docker->lock);
    if (link->generation == docker->generation) {
        if (docker->version != link->version) {
            forget(&docker->version_answer);
            forget(&docker->info_answer);
        }
        docker->version = link->version;
        docker->version_generation = link->generation;
    }
    pthread_mutex_unlock(&docker->lock);
}

int client_last_version(struct docker *docker)
{
    pthread_mutex_lock(&docker->lock);
    int version = docker->version;
    pthread_mutex_unlock(&docker->lock);
    return version;
}

int client_current_version(struct docker *docker)
{
    pthread_mutex_lock(&docker->lock);
    struct link *dead = notice_death(docker);
    int version = docker->version_generation == docker->generation ? docker->version : 0;
    pthread_mutex_unlock(&docker->lock);
    destroy_links(dead);
    return version;
}

bool client_vetted(struct docker *docker, int engine_version)
{
    pthread_mutex_lock(&docker->lock);
    bool vetted = docker->vetted_version == engine_version;
    pthread_mutex_unlock(&docker->lock);
    return vetted;
}

void client_vet(struct docker *docker, const struct link *link, int engine_version)
{
    pthread_mutex_lock(&docker->lock);
    if (link->generation == docker->generation)
        docker->vetted_version = engine_version;
    pthread_mutex_unlock(&docker->lock);
}

struct shared *client_cached(struct docker *docker, const struct cached *cached, int64_t max_age_ns)
{
    pthread_mutex_lock(&docker->lock);
    struct link *dead = notice_death(docker);
    bool fresh = cached->answer != NULL && clock_mono_ns() - cached->at_ns <= max_age_ns;
    struct shared *answer = fresh ? shared_ref(cached->answer) : NULL;
    pthread_mutex_unlock(&docker->lock);
    destroy_links(dead);
    return answer;
}

void client_cache(struct docker *docker, struct cached *cached, struct shared *answer,
                  int64_t at_ns, uint64_t generation)
{
    pthread_mutex_lock(&docker->lock);
    if (generation == docker->generation) {
        forget(cached);
        *cached = (struct cached){.answer = shared_ref(answer), .at_ns = at_ns};
    }
    pthread_mutex_unlock(&docker->lock);
}
