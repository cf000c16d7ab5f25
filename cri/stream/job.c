#include "cri/stream/job.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "shim/base/alloc.h"

struct job {
    struct job *next; /* of those that have ended */
    struct job_runner *runner;
    pthread_t thread;
    void (*work)(void *context);
    void (*done)(void *context);
    void *context;
};

struct job_runner {
    uv_async_t ended_async;
    pthread_mutex_t lock;
    struct job *ended;
};

static void *run(void *argument)
{
    struct job *job = argument;
    struct job_runner *runner = job->runner;
    job->work(job->context);
    pthread_mutex_lock(&runner->lock);
    job->next = runner->ended;
    runner->ended = job;
    /* Under the lock: once it is free the loop may join this thread and take the runner away. */
    (void)uv_async_send(&runner->ended_async); /* cannot fail on an open handle */
    pthread_mutex_unlock(&runner->lock);
    return NULL;
}

static void on_ended(uv_async_t *async)
{
    struct job_runner *runner = async->data;
    pthread_mutex_lock(&runner->lock);
    struct job *jobs = runner->ended;
    runner->ended = NULL;
    pthread_mutex_unlock(&runner->lock);
    while (jobs != NULL) {
        struct job *job = jobs;
        jobs = job->next;
        (void)pthread_join(job->thread, NULL); /* it is ours and about to return */
        job->done(job->context);
        free(job);
    }
}

struct job_runner *job_runner_create(uv_loop_t *loop)
{
    struct job_runner *runner = xcalloc(1, sizeof(*runner));
    (void)pthread_mutex_init(&runner->lock, NULL); /* cannot fail with default attributes */
    if (uv_async_init(loop, &runner->ended_async, on_ended) != 0)
        alloc_failed();
    runner->ended_async.data = runner;
    return runner;
}

static void on_closed(uv_handle_t *handle)
{
    struct job_runner *runner = handle->data;
    (void)pthread_mutex_destroy(&runner->lock); /* nobody holds it */
    free(runner);
}

void job_runner_destroy(struct job_runner *runner)
{
    uv_close((uv_handle_t *)&runner->ended_async, on_closed);
}

static int start_thread(struct job *job)
{
    enum { STACK_BYTES = 256 * 1024 };
    pthread_attr_t attributes;
    sigset_t all, before;
    (void)pthread_attr_init(&attributes); /* these cannot fail with sane arguments */
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the main thread */
    int errnum = pthread_create(&job->thread, &attributes, run, job);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return errnum;
}

bool job_start(struct job_runner *runner, void (*work)(void *context), void (*done)(void *context),
               void *context, struct err *err)
{
    struct job *job = xcalloc(1, sizeof(*job));
    *job = (struct job){.runner = runner, .work = work, .done = done, .context = context};
    int errnum = start_thread(job);
    if (errnum == 0)
        return true;
    free(job);
    return err_set(err, CODE_RESOURCE_EXHAUSTED, "no thread to be had (errno %d)", errnum);
}
