#include "dockerapi/event.h"
#include "test/unit/dockerapi/fake_engine.h"

/* What came, in order: '+' is the subscription, then the events' actions. */
struct log {
    char text[64];
    bool refuse_subscription;
};

static bool on_subscribed(void *context, struct err *err)
{
    struct log *log = context;
    append(log->text, "+");
    return !log->refuse_subscription || err_set(err, CODE_ABORTED, "not wanted");
}

static bool on_event(void *context, const json_t *event, struct err *err)
{
    struct log *log = context;
    const char *action = json_string_value(json_object_get(event, "Action"));
    append(log->text, action);
    return strcmp(action, "stop") != 0 || err_set(err, CODE_ABORTED, "stopped");
}

static bool subscribe(struct rig *rig, struct log *log)
{
    json_auto_t *filters = json_pack("{s:[s]}", "type", "container");
    const struct docker_events events = {
        .since_ns = 12 * NS_PER_S + 34,
        .filters = filters,
        .subscribed = on_subscribed,
        .event = on_event,
        .context = log,
    };
    return docker_events(rig->docker, &rig->scope, &events, &rig->err);
}

#define EVENTS                                                                                     \
    "GET /v1.41/events?since=12.000000034&filters=%7B%22type%22:%5B%22container%22%5D%7D HTTP"
#define STREAM "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define DIE "11\r\n{\"Action\":\"die\"}\n\r\n"
#define STOP "12\r\n{\"Action\":\"stop\"}\n\r\n"

static void events_come_after_the_subscription(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_RAW(EVENTS, STREAM DIE DIE STOP, FAKE_HANG),
        STEP_RAW(EVENTS, STREAM DIE "0\r\n\r\n", FAKE_KEEP),
        STEP_RAW(EVENTS, STREAM DIE, FAKE_CLOSE),
        STEP_RAW(EVENTS, STREAM, FAKE_HANG),
        STEP_ANSWER(EVENTS, 400, "{\"message\":\"bad filter\"}"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    struct log log = {0};
    assert_fails(&rig, CODE_ABORTED, "stopped", subscribe(&rig, &log));
    assert_string_equal(log.text, "+diediestop");
    log = (struct log){0};
    assert_fails(&rig, CODE_UNAVAILABLE, "docker: GET /events: the engine ended the stream",
                 subscribe(&rig, &log));
    assert_string_equal(log.text, "+die");
    log = (struct log){0};
    assert_fails(&rig, CODE_UNAVAILABLE, "docker: GET /events: ", subscribe(&rig, &log));
    assert_string_equal(log.text, "+die");
    log = (struct log){.refuse_subscription = true};
    assert_fails(&rig, CODE_ABORTED, "not wanted", subscribe(&rig, &log));
    log = (struct log){0};
    assert_fails(&rig, CODE_INVALID_ARGUMENT, "bad filter", subscribe(&rig, &log));
    assert_string_equal(log.text, "");
    rig_end(&rig);
}

static void the_wait_ends_with_the_work_only(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {STEP_RAW("GET /v1.41/events HTTP", STREAM, FAKE_HANG)};
    struct rig rig;
    struct log log = {0};
    struct canceller canceller;
    const struct docker_events events = {.event = on_event, .context = &log};
    rig_begin(&rig, FAKE_START(STEPS), 0);
    canceller_begin(&canceller, &rig, 1);
    assert_fails(&rig, CODE_CANCELLED,
                 "docker: GET /events: ", docker_events(rig.docker, &rig.scope, &events, &rig.err));
    canceller_end(&canceller);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_after_the_subscription),
        cmocka_unit_test(the_wait_ends_with_the_work_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
