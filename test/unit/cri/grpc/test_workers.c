/* workers: a thread at once for each task, used again, never more than the limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "cri/grpc/workers.h"
#include "shim/base/clock.h"

/* Longer than any test. */
static const int64_t IDLE_NS = 3600 * NS_PER_S;

/* A task that says when it runs, and runs until it is let go. */
struct task {
    sem_t *running, *proceed;
    atomic_int *done;
};

static void run(void *argument)
{
    const struct task *task = argument;
    sem_post(task->running);
    while (sem_wait(task->proceed) != 0)
        ;
    atomic_fetch_add(task->done, 1);
}

static void wait_for(sem_t *semaphore, int count)
{
    for (int i = 0; i < count; i++)
        while (sem_wait(semaphore) != 0)
            ;
}

static void release(sem_t *semaphore, int count)
{
    for (int i = 0; i < count; i++)
        sem_post(semaphore);
}

struct stage {
    sem_t running, proceed;
    atomic_int done;
    struct task task;
};

static void stage_init(struct stage *stage)
{
    sem_init(&stage->running, 0, 0);
    sem_init(&stage->proceed, 0, 0);
    atomic_init(&stage->done, 0);
    stage->task =
        (struct task){.running = &stage->running, .proceed = &stage->proceed, .done = &stage->done};
}

static void stage_done(struct stage *stage)
{
    sem_destroy(&stage->running);
    sem_destroy(&stage->proceed);
}

static void tasks_run_side_by_side_up_to_the_limit(void **state)
{
    (void)state;
    enum { LIMIT = 50 };
    struct stage stage;
    stage_init(&stage);
    struct workers *workers = workers_create(LIMIT, IDLE_NS, run);
    for (int i = 0; i < LIMIT; i++)
        assert_true(workers_start(workers, &stage.task));
    wait_for(&stage.running, LIMIT);
    assert_int_equal(workers_count(workers), LIMIT);
    assert_false(workers_start(workers, &stage.task));
    release(&stage.proceed, LIMIT);
    workers_destroy(workers);
    assert_int_equal(stage.done, LIMIT);
    stage_done(&stage);
}

static void threads_are_used_again(void **state)
{
    (void)state;
    enum { LIMIT = 3, ROUNDS = 2000 };
    struct stage stage;
    stage_init(&stage);
    struct workers *workers = workers_create(LIMIT, IDLE_NS, run);
    release(&stage.proceed, ROUNDS);
    /* One after the other; a thread that has said so may still be on its way to be idle. */
    for (int i = 0; i < ROUNDS; i++) {
        while (!workers_start(workers, &stage.task))
            ;
        wait_for(&stage.running, 1);
        assert_in_range(workers_count(workers), 1, LIMIT);
    }
    workers_destroy(workers);
    assert_int_equal(stage.done, ROUNDS);
    stage_done(&stage);
}

static void idle_threads_end_but_for_a_few(void **state)
{
    (void)state;
    enum { COUNT = 3 * WORKERS_KEPT };
    struct stage stage;
    stage_init(&stage);
    struct workers *workers = workers_create(COUNT, 1, run);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++)
            assert_true(workers_start(workers, &stage.task));
        wait_for(&stage.running, COUNT);
        release(&stage.proceed, COUNT);
        while (workers_count(workers) > WORKERS_KEPT || stage.done < COUNT * (round + 1))
            sched_yield();
        assert_int_equal(workers_count(workers), WORKERS_KEPT);
        assert_int_equal(stage.done, COUNT * (round + 1));
    }
    workers_destroy(workers);
    stage_done(&stage);
}

static void *destroy(void *workers)
{
    workers_destroy(workers);
    return NULL;
}

static void the_end_waits_for_tasks_under_way(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage);
    struct workers *workers = workers_create(8, IDLE_NS, run);
    for (int i = 0; i < 8; i++)
        assert_true(workers_start(workers, &stage.task));
    wait_for(&stage.running, 8);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, destroy, workers), 0);
    assert_int_equal(stage.done, 0);
    release(&stage.proceed, 8);
    (void)pthread_join(thread, NULL);
    assert_int_equal(stage.done, 8);
    stage_done(&stage);
}

static void workers_that_never_worked_end(void **state)
{
    (void)state;
    struct workers *workers = workers_create(1, IDLE_NS, run);
    assert_int_equal(workers_count(workers), 0);
    workers_destroy(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_run_side_by_side_up_to_the_limit),
        cmocka_unit_test(threads_are_used_again),
        cmocka_unit_test(idle_threads_end_but_for_a_few),
        cmocka_unit_test(the_end_waits_for_tasks_under_way),
        cmocka_unit_test(workers_that_never_worked_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
