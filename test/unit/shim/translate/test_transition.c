#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shim/translate/event.h"
#include "shim/translate/transition.h"
#include "test/unit/shim/inventory/container_document.h"

struct moment {
    const char *status, *started; /* NULL: there is no container */
};

static json_t *document(const struct moment *moment)
{
    char text[1024];
    if (moment->status == NULL)
        return NULL;
    return json_loads(
        container_text(text, sizeof(text), "container", "a", moment->status, moment->started), 0,
        NULL);
}

#define NONE                                                                                       \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }

/* Letters: created, Started, stOpped, Deleted. */
static const struct {
    struct moment before, after;
    const char *events;
} cases[] = {
    {NONE, NONE, ""},
    {NONE, {"created", NEVER}, "C"},
    {NONE, {"running", SOME_START}, "CS"},
    {NONE, {"exited", SOME_START}, "CSO"},
    {{"created", NEVER}, {"created", NEVER}, ""},
    {{"created", NEVER}, {"running", SOME_START}, "S"},
    {{"created", NEVER}, {"exited", SOME_START}, "SO"},
    {{"created", NEVER}, {"exited", NEVER}, "O"}, /* it could not be started */
    {{"created", NEVER}, NONE, "D"},
    {{"running", SOME_START}, {"running", SOME_START}, ""},
    {{"running", SOME_START}, {"exited", SOME_START}, "O"},
    {{"running", SOME_START}, {"running", LATER_START}, "OS"},
    {{"running", SOME_START}, {"exited", LATER_START}, "OSO"},
    {{"running", SOME_START}, {"removing", SOME_START}, "O"},
    {{"running", SOME_START}, NONE, "OD"},
    {{"exited", SOME_START}, {"exited", SOME_START}, ""},
    {{"exited", SOME_START}, {"running", LATER_START}, "S"},
    {{"exited", SOME_START}, {"exited", LATER_START}, "SO"},
    {{"exited", SOME_START}, NONE, "D"},
};

static void test_transitions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Cri__ContainerEventType events[TRANSITION_MAX];
        char letters[TRANSITION_MAX + 1] = "";
        json_t *before = document(&cases[i].before), *after = document(&cases[i].after);
        size_t count = transition_find(before, after, events);
        assert_in_range(count, 0, TRANSITION_MAX);
        for (size_t j = 0; j < count; j++)
            letters[j] = "CSOD"[events[j]];
        if (strcmp(letters, cases[i].events) != 0)
            fail_msg("case %zu: %s, not %s", i, letters, cases[i].events);
        json_decref(before);
        json_decref(after);
    }
}

static const struct {
    const char *event, *id;
} events[] = {
    {"{\"Type\": \"container\", \"Actor\": {\"ID\": \"a\", \"Attributes\":"
     " {\"name\": \"x\", \"io.kubernetes.docker.type\": \"container\"}}}",
     "a"},
    /* Somebody else's. */
    {"{\"Type\": \"container\", \"Actor\": {\"ID\": \"a\", \"Attributes\": {\"name\": \"x\"}}}",
     ""},
    /* Nobody knows whose: better asked once too often. */
    {"{\"Type\": \"container\", \"Actor\": {\"ID\": \"a\"}}", "a"},
    {"{\"Type\": \"container\", \"Actor\": {\"ID\": \"a\", \"Attributes\": {}}}", "a"},
    {"{\"Type\": \"image\", \"Actor\": {\"ID\": \"a\"}}", ""},
    {"{\"Type\": \"container\"}", ""},
    {"[]", ""},
};

static void test_events_of_containers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        json_t *event = json_loads(events[i].event, 0, NULL);
        assert_non_null(event);
        assert_string_equal(event_container_id(event), events[i].id);
        json_decref(event);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transitions),
        cmocka_unit_test(test_events_of_containers),
    };
    return cmocka_run_group_tests_name("transition", tests, NULL, NULL);
}
