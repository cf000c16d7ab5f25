#include "test/transcript/script.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/file.h"
#include "test/transcript/line.h"

static const char FIXTURES[] = "test/transcript/fixture";

static bool wrong(struct err *err, const char *what)
{
    return err_set(err, CODE_INVALID_ARGUMENT, "%s", what);
}

/* The JSON values that are left on the line, as one array. */
static bool read_documents(struct line *line, json_t **ret_array, struct err *err)
{
    json_t *array = arena_json(line->arena, json_array()), *document;
    while (line_has_json(line)) {
        if (!line_json(line, &document, err))
            return false;
        json_array_append(array, document);
    }
    *ret_array = array;
    return true;
}

static void read_end(struct line *line, struct reply *reply)
{
    if (line_skip(line, "hang"))
        reply->end = END_HANG;
    else if (line_skip(line, "cut"))
        reply->end = END_CUT;
}

/* stdout "text" stderr "text" … */
static bool read_output(struct line *line, struct reply *reply, struct err *err)
{
    reply->documents = arena_json(line->arena, json_array());
    for (;;) {
        int stream = line_skip(line, "stdout") ? 1 : line_skip(line, "stderr") ? 2 : 0;
        json_t *text;
        if (stream == 0)
            return true;
        if (!line_json(line, &text, err))
            return false;
        json_array_append_new(reply->documents, json_pack("[i, O]", stream, text));
    }
}

static bool read_answer_of_engine(struct line *line, struct reply *reply, struct err *err)
{
    reply->status = (int)strtol(line_word(line), NULL, 10);
    if (reply->status < 100 || reply->status > 599)
        return wrong(err, "docker < wants an HTTP status or what the engine does");
    return !line_has_json(line) || line_json(line, &reply->body, err);
}

static bool read_reply(struct line *line, struct reply *reply, struct err *err)
{
    static const struct {
        const char *word;
        enum reply_kind kind;
    } ALONE[] = {{"hang", REPLY_HANG},
                 {"stuck", REPLY_STUCK},
                 {"close", REPLY_CLOSE},
                 {"reset", REPLY_RESET},
                 {"garbage", REPLY_GARBAGE}},
      WITH_ANSWER[] = {{"late", REPLY_LATE}, {"slow", REPLY_SLOW}, {"half", REPLY_HALF}};
    for (size_t i = 0; i < sizeof(ALONE) / sizeof(ALONE[0]); i++)
        if (line_skip(line, ALONE[i].word)) {
            reply->kind = ALONE[i].kind;
            return true;
        }
    if (line_skip(line, "stream")) {
        reply->kind = REPLY_STREAM;
        if (!read_documents(line, &reply->documents, err))
            return false;
        read_end(line, reply);
        return true;
    }
    if (line_skip(line, "upgrade")) {
        reply->kind = REPLY_UPGRADE;
        if (!read_output(line, reply, err))
            return false;
        read_end(line, reply);
        return true;
    }
    for (size_t i = 0; i < sizeof(WITH_ANSWER) / sizeof(WITH_ANSWER[0]); i++)
        if (line_skip(line, WITH_ANSWER[i].word))
            reply->kind = WITH_ANSWER[i].kind;
    return read_answer_of_engine(line, reply, err);
}

static struct step *add_step(struct script *script, enum step_kind kind)
{
    struct step *step = &script->steps[script->step_count++];
    step->kind = kind;
    step->timeout_s = -1;
    return step;
}

static bool read_docker_request(struct line *line, struct script *script, struct err *err)
{
    struct step *step = add_step(script, STEP_DOCKER);
    step->verb = line_word(line);
    step->target = line_word(line);
    if (step->target[0] != '/')
        return wrong(err, "docker > wants METHOD /path");
    if (line_has_json(line) && !line_json(line, &step->body, err))
        return false;
    return !line_skip(line, "auth") || line_json(line, &step->auth, err);
}

static bool read_change(struct line *line, struct step *step, struct err *err)
{
    if (!line_skip(line, "gone"))
        return line_json(line, &step->document, err);
    step->gone_id = line_word(line);
    return true;
}

static bool read_docker(struct line *line, struct script *script, struct err *err)
{
    if (line_skip(line, ">"))
        return read_docker_request(line, script, err);
    if (line_skip(line, "<")) {
        struct step *last = script->step_count > 0 ? &script->steps[script->step_count - 1] : NULL;
        if (last == NULL || last->kind != STEP_DOCKER || last->reply.status != 0 ||
            last->reply.kind != REPLY_ANSWER)
            return wrong(err, "docker < must follow docker >");
        return read_reply(line, &last->reply, err);
    }
    if (line_skip(line, "now"))
        return read_change(line, add_step(script, STEP_CHANGE), err);
    if (line_skip(line, "down")) {
        (void)add_step(script, STEP_DOWN);
        return true;
    }
    if (line_skip(line, "up")) {
        add_step(script, STEP_UP)->api_version = line_word(line);
        return true;
    }
    return wrong(err, "docker wants >, <, now, down or up");
}

static bool read_rpc(struct line *line, struct script *script, struct err *err)
{
    struct step *step = add_step(script, STEP_RPC);
    step->method = line_word(line);
    if (!line_has_json(line))
        step->request = arena_json(line->arena, json_object());
    else if (!line_json(line, &step->request, err))
        return false;
    if (line_skip(line, "timeout"))
        step->timeout_s = strtod(line_word(line), NULL);
    return true;
}

static bool find_code(const char *name, enum code *ret_code)
{
    for (int code = CODE_OK; code <= CODE_UNAUTHENTICATED; code++)
        if (strcmp(code_name((enum code)code), name) == 0) {
            *ret_code = (enum code)code;
            return true;
        }
    return false;
}

static bool read_answer(struct line *line, struct script *script, struct err *err)
{
    struct step *step = add_step(script, STEP_ANSWER);
    step->eventually = line_skip(line, "eventually");
    if (!find_code(line_word(line), &step->code))
        return wrong(err, "answer wants the name of a gRPC code");
    if (line_at_end(line))
        return true;
    json_t *documents;
    if (!read_documents(line, &documents, err))
        return false;
    step->text = json_string_value(json_array_get(documents, 0));
    if (step->text == NULL)
        step->messages = documents;
    return true;
}

static bool add_document(struct line *line, json_t *array, struct err *err)
{
    json_t *document;
    if (!line_json(line, &document, err))
        return false;
    json_array_append(array, document);
    return true;
}

static bool read_given(struct line *line, struct script *script, struct err *err)
{
    if (line_skip(line, "container"))
        return add_document(line, script->containers, err);
    if (line_skip(line, "image"))
        return add_document(line, script->images, err);
    if (line_skip(line, "api"))
        script->api_version = line_word(line);
    else if (line_skip(line, "info"))
        return line_json(line, &script->info, err);
    else if (line_skip(line, "version"))
        return line_json(line, &script->version, err);
    else if (line_skip(line, "down"))
        script->down = true;
    else if (line_skip(line, "start"))
        script->plays_start = true;
    else if (line_skip(line, "flag") && script->flag_count < SCRIPT_FLAGS_MAX)
        script->flags[script->flag_count++] = line_word(line);
    else
        return wrong(err, "given wants container, image, api, info, version, start, down or flag");
    return true;
}

static bool read_line(struct line *line, struct script *script, struct err *err)
{
    bool ok;
    if (script->step_count == SCRIPT_STEPS_MAX)
        return wrong(err, "the transcript is too long");
    if (line_skip(line, "given"))
        ok = read_given(line, script, err);
    else if (line_skip(line, "rpc"))
        ok = read_rpc(line, script, err);
    else if (line_skip(line, "docker"))
        ok = read_docker(line, script, err);
    else if (line_skip(line, "answer"))
        ok = read_answer(line, script, err);
    else if (line_skip(line, "cancel"))
        ok = add_step(script, STEP_CANCEL) != NULL;
    else
        ok = wrong(err, "a line begins with given, rpc, docker, cancel or answer");
    return ok && (line_at_end(line) || err_set(err, CODE_INVALID_ARGUMENT,
                                               "nothing is wanted after this: %.80s", line->at));
}

static bool check(const struct script *script, struct err *err)
{
    size_t calls = 0, answers = 0;
    for (size_t i = 0; i < script->step_count; i++) {
        const struct step *step = &script->steps[i];
        if (step->kind == STEP_DOCKER && step->reply.kind == REPLY_ANSWER &&
            step->reply.status == 0)
            return err_set(err, CODE_INVALID_ARGUMENT, "line %d: the request has no docker <",
                           step->line);
        calls += step->kind == STEP_RPC;
        answers += step->kind == STEP_ANSWER;
        if (answers > calls || calls > answers + 1)
            return err_set(err, CODE_INVALID_ARGUMENT, "line %d: an rpc and its answer alternate",
                           step->line);
    }
    return (calls > 0 && calls == answers) || wrong(err, "every rpc wants an answer");
}

/* Reads the lines; one that begins with white space continues the one before. */
static bool read_lines(struct arena *arena, char *text, struct script *script, struct err *err)
{
    int number = 1;
    for (char *start = text; *start != '\0';) {
        char *end = strchrnul(start, '\n');
        int first = number++;
        while (*end != '\0' && (end[1] == ' ' || end[1] == '\t') && *start != '#') {
            end = strchrnul(end + 1, '\n');
            number++;
        }
        bool more = *end != '\0';
        *end = '\0';
        if (*start != '#' && start[strspn(start, " \t")] != '\0') {
            struct line line = {.arena = arena, .fixtures = FIXTURES, .at = start};
            line.at = line_expand(arena, start);
            size_t before = script->step_count;
            if (!read_line(&line, script, err))
                return err_wrap(err, "line %d", first);
            if (script->step_count > before)
                script->steps[before].line = first;
        }
        start = more ? end + 1 : end;
    }
    return true;
}

bool script_read(struct arena *arena, const char *path, struct script *ret_script, struct err *err)
{
    enum { FILE_MAX = 256 * 1024 };
    char *text;
    size_t length;
    *ret_script = (struct script){
        .path = path,
        .api_version = "1.43",
        .containers = arena_json(arena, json_array()),
        .images = arena_json(arena, json_array()),
    };
    struct line info = {.arena = arena, .fixtures = FIXTURES, .at = arena_strdup(arena, "@info")};
    struct line version = info;
    version.at = arena_strdup(arena, "@version");
    if (!line_json(&info, &ret_script->info, err) ||
        !line_json(&version, &ret_script->version, err) ||
        !file_read(arena, path, FILE_MAX, &text, &length, err))
        return false;
    return (read_lines(arena, text, ret_script, err) && check(ret_script, err)) ||
           err_wrap(err, "%s", path);
}
