/* The relay does not know what its link speaks, so a plain connection shows how it carries bytes.
 */
#include "dockerapi/link.h"
#include "dockerapi/relay.h"
#include "test/unit/dockerapi/fake_engine.h"

static const struct fake_step ECHO[] = {STEP_RAW("hello", "hi", FAKE_ECHO)};
static const char HELLO[] = "hello\r\n\r\n"; /* what the fake takes for a request */

/* A relayed connection to the fake, which echoes what comes after its greeting. */
static int connect_relay(struct rig *rig, struct endpoint *endpoint)
{
    const struct docker_options options = {.endpoint = rig->fake->endpoint};
    const struct patience patience = {.cancel = &rig->cancel, .end_ns = CLOCK_NEVER};
    CURLcode result;
    char answer[2];
    int fd;
    assert_ok(rig, endpoint_init(endpoint, &options, &rig->err));
    struct link *link = link_create(endpoint, &rig->err);
    assert_non_null(link);
    link_prepare(link, true);
    curl_easy_setopt(link->easy, CURLOPT_CONNECT_ONLY, 1L);
    assert_ok(rig, link_drive(link, &patience, NULL, NULL, &result, &rig->err));
    assert_int_equal(result, CURLE_OK);
    assert_ok(rig, relay_start(link, &fd, &rig->err));
    assert_int_equal(send(fd, HELLO, strlen(HELLO), MSG_NOSIGNAL), strlen(HELLO));
    assert_int_equal(recv(fd, answer, sizeof(answer), MSG_WAITALL), sizeof(answer));
    return fd;
}

enum { PIECE = 64 * 1024, PIECES = 64 };

static void *send_much(void *argument)
{
    const int *fd = argument;
    char *piece = malloc(PIECE);
    for (int i = 0; i < PIECES; i++) {
        memset(piece, i, PIECE);
        fake_send(*fd, piece, PIECE);
    }
    (void)shutdown(*fd, SHUT_WR);
    free(piece);
    return NULL;
}

/* More than all buffers hold goes both ways at once, whole and in order, up to both ends. */
static void carries_both_ways(void **state)
{
    (void)state;
    struct rig rig;
    struct endpoint endpoint;
    pthread_t sender;
    rig_begin(&rig, FAKE_START(ECHO), 0);
    int fd = connect_relay(&rig, &endpoint);
    char *piece = malloc(PIECE), *wanted = malloc(PIECE);
    assert_int_equal(pthread_create(&sender, NULL, send_much, &fd), 0);
    for (int i = 0; i < PIECES; i++) {
        memset(wanted, i, PIECE);
        assert_int_equal(recv(fd, piece, PIECE, MSG_WAITALL), PIECE);
        assert_memory_equal(piece, wanted, PIECE);
    }
    assert_int_equal(recv(fd, piece, PIECE, 0), 0);
    (void)pthread_join(sender, NULL);
    (void)close(fd);
    free(piece);
    free(wanted);
    endpoint_done(&endpoint);
    rig_end(&rig);
}

static void ends_with_the_caller(void **state)
{
    (void)state;
    struct rig rig;
    struct endpoint endpoint;
    rig_begin(&rig, FAKE_START(ECHO), 0);
    int fd = connect_relay(&rig, &endpoint);
    (void)close(fd);
    fake_wait_gone(rig.fake, 1);
    endpoint_done(&endpoint);
    rig_end(&rig);
}

static void ends_with_the_engine(void **state)
{
    (void)state;
    struct rig rig;
    struct endpoint endpoint;
    char byte;
    rig_begin(&rig, FAKE_START(ECHO), 0);
    int fd = connect_relay(&rig, &endpoint);
    fake_restart(rig.fake, NULL);
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
    (void)close(fd);
    endpoint_done(&endpoint);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_both_ways),
        cmocka_unit_test(ends_with_the_caller),
        cmocka_unit_test(ends_with_the_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
