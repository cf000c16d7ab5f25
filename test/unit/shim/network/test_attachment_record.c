/* Records of attachments: what survives the daemon, and what is made of damaged files. */
#include "test/unit/shim/network/workspace.h"

#include "shim/network/attachment_record.h"

static struct attachment_records *open_records(struct workspace *ws)
{
    struct attachment_records *records =
        attachment_records_open(ws_path(ws, "root"), ws_path(ws, "run"), &ws->err);
    assert_non_null(records);
    return records;
}

static json_t *json(struct workspace *ws, const char *text)
{
    json_t *document = arena_json(ws->arena, json_loads(text, 0, NULL));
    assert_non_null(document);
    return document;
}

static struct cni_attachment attachment(struct workspace *ws, const char *id)
{
    return (struct cni_attachment){
        .list = json(ws, "{\"name\":\"n\",\"plugins\":[{\"type\":\"a\"}]}"),
        .container_id = id,
        .netns = "/run/netns/x",
        .interface = "eth0",
        .arguments = "K=V",
        .capabilities = json(ws, "{\"mac\":\"m\"}"),
    };
}

static void begin(struct workspace *ws, struct attachment_records *records, const char *id)
{
    struct cni_attachment begun = attachment(ws, id);
    assert_true(attachment_records_begin(records, ws->arena, &begun, &ws->err));
}

static void assert_is_attachment(struct workspace *ws, const struct attachment_record *record,
                                 const char *id)
{
    struct cni_attachment want = attachment(ws, id);
    assert_true(json_equal(record->attachment.list, want.list));
    assert_true(json_equal(record->attachment.capabilities, want.capabilities));
    assert_string_equal(record->attachment.container_id, id);
    assert_string_equal(record->attachment.netns, want.netns);
    assert_string_equal(record->attachment.interface, want.interface);
    assert_string_equal(record->attachment.arguments, want.arguments);
}

static void what_is_begun_is_on_disk_and_outlives_the_daemon(void **state)
{
    struct workspace *ws = *state;
    struct attachment_record record;
    struct attachment_records *records = open_records(ws);
    begin(ws, records, "abc");
    assert_true(attachment_records_get(records, ws->arena, "abc", &record));
    assert_is_attachment(ws, &record, "abc");
    assert_false(record.inherited);
    struct attachment_records *next = open_records(ws); /* the first one is never closed in order */
    attachment_records_close(records);
    assert_true(attachment_records_get(next, ws->arena, "abc", &record));
    assert_is_attachment(ws, &record, "abc");
    assert_true(record.inherited);
    assert_null(record.result);
    assert_false(record.complete);
    attachment_records_close(next);
}

static void a_part_of_the_answer_is_kept_as_a_part(void **state)
{
    struct workspace *ws = *state;
    struct attachment_record record;
    struct attachment_records *records = open_records(ws);
    begin(ws, records, "abc");
    assert_true(attachment_records_answer(records, ws->arena, "abc", json(ws, "{\"ips\":[]}"),
                                          false, &ws->err));
    assert_true(attachment_records_get(records, ws->arena, "abc", &record));
    assert_true(json_equal(record.result, json(ws, "{\"ips\":[]}")));
    assert_false(record.complete);
    attachment_records_close(records);
    records = open_records(ws);
    assert_true(attachment_records_get(records, ws->arena, "abc", &record));
    assert_true(json_equal(record.result, json(ws, "{\"ips\":[]}")));
    assert_false(record.complete);
    assert_true(attachment_records_answer(records, ws->arena, "abc", json(ws, "{\"ips\":[1]}"),
                                          true, &ws->err));
    attachment_records_close(records);
    records = open_records(ws);
    assert_true(attachment_records_get(records, ws->arena, "abc", &record));
    assert_true(json_equal(record.result, json(ws, "{\"ips\":[1]}")));
    assert_true(record.complete);
    attachment_records_close(records);
}

static void removing_leaves_nothing(void **state)
{
    struct workspace *ws = *state;
    struct attachment_record record;
    struct attachment_records *records = open_records(ws);
    begin(ws, records, "abc");
    begin(ws, records, "abcd");
    assert_true(
        attachment_records_answer(records, ws->arena, "abc", json(ws, "{}"), true, &ws->err));
    ws_write(ws, "root/abc.json.tmp", "{");
    ws_write(ws, "run/abc.json.tmp", "{");
    assert_true(attachment_records_remove(records, ws->arena, "abc", &ws->err));
    assert_true(attachment_records_remove(records, ws->arena, "abc", &ws->err));
    assert_false(attachment_records_get(records, ws->arena, "abc", &record));
    assert_false(ws_exists(ws, "root/abc.json"));
    assert_false(ws_exists(ws, "run/abc.json"));
    assert_false(ws_exists(ws, "root/abc.json.tmp"));
    assert_false(ws_exists(ws, "run/abc.json.tmp"));
    assert_true(attachment_records_get(records, ws->arena, "abcd", &record));
    attachment_records_close(records);
}

static void a_reboot_takes_the_result_but_not_the_intent(void **state)
{
    struct workspace *ws = *state;
    struct attachment_record record;
    struct attachment_records *records = open_records(ws);
    begin(ws, records, "abc");
    assert_true(
        attachment_records_answer(records, ws->arena, "abc", json(ws, "{}"), true, &ws->err));
    attachment_records_close(records);
    assert_int_equal(unlink(ws_path(ws, "run/abc.json")), 0);
    assert_int_equal(rmdir(ws_path(ws, "run")), 0);
    records = open_records(ws);
    assert_true(attachment_records_get(records, ws->arena, "abc", &record));
    assert_is_attachment(ws, &record, "abc");
    assert_null(record.result);
    attachment_records_close(records);
}

static void damaged_and_foreign_intents_are_put_aside(void **state)
{
    struct workspace *ws = *state;
    struct attachment_record record;
    struct attachment_records *records = open_records(ws);
    begin(ws, records, "good");
    attachment_records_close(records);
    const char *good = ws_read(ws, "root/good.json");
    ws_write(ws, "root/torn.json", arena_strndup(ws->arena, good, strlen(good) / 2));
    ws_write(ws, "root/empty.json", "");
    ws_write(ws, "root/foreign.json", "{\"hello\":\"world\"}");
    ws_write(ws, "root/copied.json", good); /* it is about another container */
    ws_write(ws, "root/later.json", "{\"version\":2,\"containerId\":\"later\"}");
    ws_write(ws, "root/list.json", "[1]");
    ws_write(ws, "root/note.txt", "mine");
    ws_write(ws, "root/.json", "{}");
    records = open_records(ws);
    size_t count;
    const char **ids = attachment_records_ids(records, ws->arena, &count);
    assert_int_equal(count, 1);
    assert_string_equal(ids[0], "good");
    static const char *const bad[] = {"torn", "empty", "foreign", "copied", "later", "list"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(attachment_records_get(records, ws->arena, bad[i], &record));
        assert_false(ws_exists(ws, arena_printf(ws->arena, "root/%s.json", bad[i])));
        assert_true(ws_exists(ws, arena_printf(ws->arena, "root/%s.json.bad", bad[i])));
    }
    assert_string_equal(ws_read(ws, "root/foreign.json.bad"), "{\"hello\":\"world\"}");
    assert_true(ws_exists(ws, "root/note.txt"));
    attachment_records_close(records);
}

static void a_damaged_result_counts_as_none(void **state)
{
    struct workspace *ws = *state;
    struct attachment_record record;
    static const char *const bad[] = {"", "{", "{\"version\":1,\"containerId\":\"abc\"}",
                                      "{\"version\":1,\"containerId\":\"x\",\"result\":{}}"};
    struct attachment_records *records = open_records(ws);
    begin(ws, records, "abc");
    attachment_records_close(records);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ws_write(ws, "run/abc.json", bad[i]);
        records = open_records(ws);
        assert_true(attachment_records_get(records, ws->arena, "abc", &record));
        assert_null(record.result);
        attachment_records_close(records);
    }
}

static void a_directory_that_cannot_be_used_is_an_error(void **state)
{
    struct workspace *ws = *state;
    ws_write(ws, "file", "");
    assert_null(attachment_records_open(ws_path(ws, "file/root"), ws_path(ws, "run"), &ws->err));
    assert_non_null(strstr(ws->err.text, ws_path(ws, "file")));
    assert_null(attachment_records_open(ws_path(ws, "file"), ws_path(ws, "run"), &ws->err));
}

static void a_failed_write_begins_nothing(void **state)
{
    struct workspace *ws = *state;
    struct attachment_record record;
    struct attachment_records *records = open_records(ws);
    struct cni_attachment begun = attachment(ws, "abc");
    assert_int_equal(rmdir(ws_path(ws, "root")), 0);
    assert_false(attachment_records_begin(records, ws->arena, &begun, &ws->err));
    assert_non_null(strstr(ws->err.text, "network record of abc"));
    assert_false(attachment_records_get(records, ws->arena, "abc", &record));
    begun.arguments = "\xff";
    ws_mkdir(ws, "root");
    assert_false(attachment_records_begin(records, ws->arena, &begun, &ws->err));
    assert_int_equal(ws->err.code, CODE_INTERNAL);
    attachment_records_close(records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(what_is_begun_is_on_disk_and_outlives_the_daemon),
        workspace_test(a_part_of_the_answer_is_kept_as_a_part),
        workspace_test(removing_leaves_nothing),
        workspace_test(a_reboot_takes_the_result_but_not_the_intent),
        workspace_test(damaged_and_foreign_intents_are_put_aside),
        workspace_test(a_damaged_result_counts_as_none),
        workspace_test(a_directory_that_cannot_be_used_is_an_error),
        workspace_test(a_failed_write_begins_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
